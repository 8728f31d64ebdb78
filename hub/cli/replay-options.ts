import type { Options } from './command.ts'

/** How a CSV file is read: the same for a hub's history and for the demo. */
export const REPLAY_OPTIONS: Options = {
  map: { value: 'FIELD=COL,...', help: 'columns of ts, casa, produzione_kwh and consumo_kwh (or …_w)', multiple: true },
  step: {
    value: 'LENGTH',
    help: 'length of the intervals of kWh rows, such as 1h; seen in the first rows if left out',
  },
}
