import { parseArgs } from 'node:util'
import { table } from '../hub/cli/table.ts'
import { stopAll } from '../test/support/hub-process.ts'
import { removeFolders } from './bench/folders.ts'
import { machine } from './bench/machine.ts'
import { measureCentral } from './bench/measure-central.ts'
import { measureDiagnosis } from './bench/measure-diagnosis.ts'
import { measureForecast } from './bench/measure-forecast.ts'
import { measureHistory } from './bench/measure-history.ts'
import { measureCommunity, measureEmulated, measureRates } from './bench/measure-load.ts'
import { measureMaximum } from './bench/measure-maximum.ts'
import { measureReplay } from './bench/measure-replay.ts'
import { measureStart } from './bench/measure-start.ts'
import { measureViewers } from './bench/measure-viewers.ts'
import { measureWrites } from './bench/measure-writes.ts'
import type { Row } from './bench/row.ts'

// `npm run bench`: how fast and how small the hub is on this machine, measured on real processes. Takes some ten minutes.

const HELP = `Usage: npm run bench -- [--quick] [--json] [--only NAME]...
  --quick      shorter runs: a glance, not a measurement
  --json       the rows as JSON
  --only NAME  one of start, community, emulated, maximum, rates, writes, viewers, history, replay, central, diagnosis, forecast`

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', default: false },
  },
})

const { quick, only } = options
const times = (seconds: number) => (quick ? { warmUpS: 1, seconds: 3 } : { warmUpS: 3, seconds })

const MEASURES: Readonly<Record<string, () => Promise<Row[]>>> = {
  start: () => measureStart({ starts: quick ? 1 : 5 }),
  community: () => measureCommunity(times(30)),
  emulated: () => measureEmulated(times(60)),
  maximum: () => measureMaximum(2, times(10)),
  rates: () => measureRates([100, 1000, 5000], times(10)),
  writes: () => measureWrites([20, 2500], quick ? { minutes: 2, days: 30 } : { minutes: 10, days: 395 }),
  viewers: () => measureViewers(quick ? { houses: 12, days: 30, seconds: 5 } : { houses: 100, days: 365, seconds: 20 }),
  history: () => measureHistory(quick ? { houses: 12, days: 30, years: 1 } : { houses: 100, days: 365, years: 9 }),
  replay: () => measureReplay({ months: quick ? 1 : 8 }),
  central: () =>
    measureCentral(quick ? { hubs: 10, batches: 4, yearHubs: 50 } : { hubs: 40, batches: 16, yearHubs: 1000 }),
  diagnosis: measureDiagnosis,
  forecast: measureForecast,
}

const unknown = only.filter((name) => !(name in MEASURES))
if (options.help || unknown.length > 0) {
  process.stderr.write(`${HELP}\n`)
  process.exit(unknown.length > 0 ? 2 : 0)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void cleanUp().finally(() => process.exit(130)))

try {
  const result: Row[] = []
  for (const [name, measure] of Object.entries(MEASURES)) {
    if (only.length > 0 && !only.includes(name)) continue
    if (!options.json) process.stderr.write(`Measuring ${name} ...\n`)
    result.push(...(await measure()))
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ machine: machine(), rows: result }, null, 2)}\n`)
  else print(result)
} finally {
  await cleanUp()
}

async function cleanUp(): Promise<void> {
  await stopAll()
  removeFolders()
}

function print(result: readonly Row[]): void {
  const { cores, processor, node, file_system, synchronous, commit_interval_ms } = machine()
  const lines = result.map((r) => [r.measure, r.what, r.value, r.unit])
  process.stdout.write(`${table(['MEASURE', 'WHAT', 'VALUE', 'UNIT'], lines, process.stdout)}\n\n`)
  process.stdout.write(
    `${cores} cores (${processor}), Node ${node}, ${file_system}, synchronous=${synchronous}, commits every ${commit_interval_ms} ms\n`,
  )
}
