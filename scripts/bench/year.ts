import { parseArgs } from 'node:util'
import { table } from '../../hub/cli/table.ts'
import { DEFAULT_RULE } from '../../hub/domain/benchmark.ts'
import { retentionDue } from '../../hub/domain/retention.ts'
import { DAY, dayBounds, HOUR, SLOT } from '../../hub/domain/time.ts'
import { openDatabase } from '../../hub/store/database.ts'
import { sumHours } from '../../hub/store/hours.ts'
import { Housekeeper } from '../../hub/store/housekeeper.ts'
import { readCommunityPower } from '../../hub/store/power.ts'
import { readSlots } from '../../hub/store/readings.ts'
import type { Store } from '../../hub/store/store.ts'
import { openStore, storeFiles } from '../../hub/store/store.ts'
import { intervals } from '../../ui/api/history.ts'
import { dayBenchmark } from '../../ui/queries/benchmark-view.ts'
import { communityTotals, curve, dayFlows, houseTotals, readDay } from '../../ui/queries/energy.ts'
import { dataFolder, removeFolders } from './folders.ts'
import { houseId, peakOf } from './houses.ts'
import { machine } from './machine.ts'
import type { Row } from './row.ts'
import { rows } from './row.ts'
import { Samples } from './samples.ts'
import { makeYear, tableSizes } from './year-database.ts'

// A year of a street in one database: how large it is, how long its questions take, and how long rolling up and retiring hold it.

const { values: options } = parseArgs({
  options: { houses: { type: 'string', default: '100' }, before: { type: 'string', default: '0' } },
})
const ZONE = 'Europe/Rome'
const HOUSES = Number(options.houses)
const TO = Date.UTC(2026, 5, 21, 22)
const FROM = TO - 365 * DAY
const HOURS_FROM = FROM - Number(options.before) * 365 * DAY
const RAW_DAYS = 8
const OWN = houseId(Math.floor(HOUSES / 2))
const TIMES = 9

try {
  const dataDir = dataFolder()
  const made = await timed(() =>
    makeYear(dataDir, { houses: HOUSES, hoursFrom: HOURS_FROM, from: FROM, to: TO }, RAW_DAYS),
  )
  const store = await openStore(dataDir)
  const result: Row[] = rows(`${HOUSES} houses, a year, hours of ${options.before} more`, ['made in', made / 1000, 's'])
  result.push(...keepHouse(dataDir, 'roll up', TO + HOUR, { rawDays: 1000, slotMonths: 1000 }))
  result.push(...(await askAll(store, 'rolled up')))
  result.push(...sizes(dataDir, 'size, with 8 days of raw readings'))
  result.push(...keepHouse(dataDir, 'retire a day of raw readings', TO + 2 * HOUR, { rawDays: 7, slotMonths: 1000 }))
  result.push(...keepHouse(dataDir, 'retire two months of slots', TO + HOUR, { rawDays: 7, slotMonths: 10 }))
  result.push(...(await askAll(store, 'two months retired')))
  result.push(...sizes(dataDir, 'size after retiring'))
  await store.close()
  print(result)
} finally {
  removeFolders()
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/** Every question a page or the history asks, through the reading thread, as pages do. */
async function askAll(store: Store, when: string): Promise<Row[]> {
  const db = store.readings
  const today = Temporal.Instant.fromEpochMilliseconds(TO - 1)
    .toZonedDateTimeISO(ZONE)
    .toPlainDate()
  const day = dayBounds(today.subtract({ days: 30 }), ZONE)
  const houses = Array.from({ length: HOUSES }, (_, i) => ({
    ...{ id: houseId(i), name: houseId(i), peakPower: peakOf(i), tilt: null, azimuth: null, connectionLimit: null },
    shown: true,
  }))
  const names = new Map(houses.map(({ id }) => [id, id]))
  const bounds = (from: number, step: '1h' | '1d' | '1mo') => intervals({ from, to: TO, step, house: null }, ZONE)
  const questions: Readonly<Record<string, () => Promise<unknown>>> = {
    'a house: curve of a day': async () => curve(await readSlots(db, { ...day, houses: [OWN] }), day.from, day.to),
    'a house: totals of a day': async () => houseTotals(await readDay(db, day.from, day.to), OWN),
    'community: curve of a day': () => readCommunityPower(db, day),
    'community: totals of a day': async () => communityTotals(await readDay(db, day.from, day.to), HOUSES),
    'community: flows of a day': async () => dayFlows(await readDay(db, day.from, day.to)),
    'benchmark of a day': async () =>
      dayBenchmark(await readDay(db, day.from, day.to), houses, DEFAULT_RULE, names, OWN),
    'history: a house, month by day': () => sumHours(db, bounds(TO - 30 * DAY, '1d'), OWN),
    'history: community, month by day': () => sumHours(db, bounds(TO - 30 * DAY, '1d'), null),
    'history: a house, year by day': () => sumHours(db, bounds(TO - 364 * DAY, '1d'), OWN),
    'history: a house, year by month': () => sumHours(db, bounds(TO - 364 * DAY, '1mo'), OWN),
    'history: community, year by month': () => sumHours(db, bounds(TO - 364 * DAY, '1mo'), null),
    'history: a house, all by month': () => sumHours(db, bounds(HOURS_FROM, '1mo'), OWN),
    'history: a house, week at 5 minutes': () =>
      readSlots(db, { from: TO - 7 * DAY, to: TO, houses: [OWN], groupMs: SLOT }),
  }
  const result: Row[] = []
  for (const [what, ask] of Object.entries(questions)) {
    const samples = new Samples()
    for (let i = 0; i < TIMES; i += 1) samples.add(await timed(ask))
    const { p50, p99 } = samples.summary()
    result.push(...rows(when, [`${what}, median`, p50, 'ms'], [`${what}, longest of ${TIMES}`, p99, 'ms']))
  }
  return result
}

/** All that is due, step after step, in this thread: what a step takes of the processor is then known beside what it lasts. */
function keepHouse(
  dataDir: string,
  what: string,
  now: number,
  retention: { rawDays: number; slotMonths: number },
): Row[] {
  const due = retentionDue(now, retention, ZONE)
  const db = openDatabase({ name: 'readings', file: storeFiles(dataDir).readings, readonly: false })
  const keeper = new Housekeeper(db)
  const lasted = new Samples()
  const worked = new Samples()
  let count = 0
  const started = performance.now()
  for (let afterReading = 0; ; ) {
    const before = process.threadCpuUsage()
    const step = keeper.step({ now, due, delete: true, afterReading })
    const { user, system } = process.threadCpuUsage(before)
    if (step.did === 'nothing') break
    lasted.add(step.tookMs)
    worked.add((user + system) / 1000)
    afterReading = step.afterReading
    count += step.did === 'rolled' ? 1 : step.rows
  }
  const took = performance.now() - started
  db.close()
  const { p50, p99, count: made } = lasted.summary()
  return rows(
    what,
    ['hours or rows', count, ''],
    ['in all, without pauses', took / 1000, 's'],
    ['steps', made, ''],
    ['a step, median', p50, 'ms'],
    ['a step, 99th percentile', p99, 'ms'],
    ['a step, longest', lasted.longest, 'ms'],
    ['a step, median of processor time', worked.summary().p50, 'ms'],
    ['a step, most processor time', worked.longest, 'ms'],
  )
}

function sizes(dataDir: string, when: string): Row[] {
  const { mb, freeMb, tables } = tableSizes(dataDir)
  return [
    ...rows(when, ['readings.db', mb, 'MB'], ['of it free for new rows', freeMb, 'MB']),
    ...tables.flatMap((t) => rows(when, [t.name, t.mb, 'MB'], [`${t.name}, unused`, 100 * t.unusedShare, '%'])),
  ]
}

function print(result: readonly Row[]): void {
  const lines = result.map((r) => [r.measure, r.what, r.value, r.unit])
  process.stdout.write(`${table(['MEASURE', 'WHAT', 'VALUE', 'UNIT'], lines, process.stdout)}\n\n`)
  const { cores, processor, node, file_system, synchronous } = machine()
  process.stdout.write(`${cores} cores (${processor}), Node ${node}, ${file_system}, synchronous=${synchronous}\n`)
}
