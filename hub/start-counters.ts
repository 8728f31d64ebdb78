import { Counters } from './flow/counters.ts'
import type { Recovery } from './flow/recovery.ts'
import { readHours } from './store/hours.ts'
import type { Store } from './store/store.ts'

/** The energies of every house since the first measurement, from the running hub's database. */
export function makeCounters(store: Store, recovery: Recovery): Counters {
  return new Counters((from, to, groupMs) => recovery.guard(() => readHours(store.readings, { from, to, groupMs })))
}
