import { sql } from 'kysely'
import type { Exchange } from '../domain/sharing.ts'
import { sharedEnergy, sharePart } from '../domain/sharing.ts'
import type { SlotEnergy } from '../domain/slot.ts'
import { addSlot, emptySlot } from '../domain/slot.ts'
import { HOUR } from '../domain/time.ts'
import { SLOT_COLUMNS, STREET } from './schema.ts'
import type { SlotColumns } from './slot-row.ts'
import { energyOf } from './slot-row.ts'
import type { ReadingsDb } from './store.ts'

export interface StoredSlot {
  readonly start: number
  readonly house: string
  readonly energy: SlotEnergy
}

const COLUMNS = sql.raw(SLOT_COLUMNS.join(', '))
const SUMS = sql.raw(SLOT_COLUMNS.map((c) => `sum(${c}) as ${c}`).join(', '))
const H_SUMS = sql.raw(SLOT_COLUMNS.map((c) => `sum(h.${c}) as ${c}`).join(', '))

/** Hours that are read from their slots, as they have changed since they were rolled up. What is final is an hour all the same. */
const fromSlots = (hours: ReturnType<typeof sql>) => sql`
  select u.start as start, s.house as house, ${SUMS} from (${hours}) u
  cross join slot s on s.start >= u.start and s.start < u.start + ${sql.lit(HOUR)}
  where not exists (select 1 from hour f where f.start = u.start and f.house = s.house and f.final = 1)
  group by 1, 2`

/**
 * Hours that begin in from <= start < to, of all houses or of the named ones, in order of time, summed over `groupMs` (a
 * multiple of the hour): the same before and after they are rolled up, and when their slots are gone.
 */
export async function readHours(
  db: ReadingsDb,
  { from, to, houses, groupMs = HOUR }: { from: number; to: number; houses?: readonly string[]; groupMs?: number },
): Promise<StoredSlot[]> {
  const inRange = sql`start >= ${from} and start < ${to}`
  const wanted = houses ? sql`(select value as house from json_each(${JSON.stringify(houses)}))` : sql`street`
  const named = houses ? sql`where house in (select house from ${wanted})` : sql``
  const hours = sql`
    with recursive ${sql.raw(STREET)}
    select h.start, h.house, ${COLUMNS} from ${wanted} w cross join hour h on h.house = w.house and h.start >= ${from} and h.start < ${to}
    where h.final = 1 or h.start not in (select start from unrolled)
    union all ${fromSlots(sql`select start from unrolled where ${inRange}`)}`
  const grouped =
    groupMs === HOUR
      ? sql`select start, house, ${COLUMNS} from (${hours}) ${named} order by 1, 2`
      : sql`select start - start % ${sql.lit(groupMs)} as start, house, ${SUMS} from (${hours}) ${named} group by 1, 2 order by 1, 2`
  return (await rowsOf(db, grouped)).map((row) => ({ start: row.start, house: row.house, energy: energyOf(row) }))
}

/**
 * Energy of an interval of whole hours, and what a house gave to and took from its neighbours hour by hour (the community:
 * what was shared, as both): null where no hour tells of an exchange.
 */
export interface HourSum {
  readonly energy: SlotEnergy
  readonly givenWh: number | null
  readonly takenWh: number | null
}

/** Start of the oldest hour of which anything is stored, or null. */
export async function oldestHour(db: ReadingsDb): Promise<number | null> {
  const rows = await rowsOf<{ start: number | null }>(
    db,
    sql`select min(start) as start from (select min(start) as start from community_hour union all select min(start) from unrolled)`,
  )
  return rows[0]?.start ?? null
}

interface Interval {
  readonly start: number
  readonly end: number
}

/**
 * The hours that begin in each of the intervals, added up, for one house or (null) the community, whose import and export
 * are then those at the meter of the neighbourhood. Intervals are in order and do not overlap.
 */
export async function sumHours(
  db: ReadingsDb,
  intervals: readonly Interval[],
  house: string | null,
): Promise<(HourSum | null)[]> {
  const from = intervals[0]?.start ?? 0
  const to = intervals.at(-1)?.end ?? from
  // The list is asked for once and used twice, so that an hour rolled up in between is counted once.
  const changed = await db
    .selectFrom('unrolled')
    .select('start')
    .where('start', '>=', from)
    .where('start', '<', to)
    .execute()
  const list = JSON.stringify(changed.map((row) => row.start))
  const sums: (HourSum | null)[] = intervals.map(() => null)
  for (const row of await rolledSums(db, intervals, house, list)) {
    sums[row.interval] = { energy: energyOf(row), givenWh: row.given_wh, takenWh: row.taken_wh }
  }
  if (changed.length === 0) return sums
  let i = 0
  for (const [start, hours] of Map.groupBy(await changedHours(db, list), (row) => row.start)) {
    while ((intervals[i]?.end ?? Number.POSITIVE_INFINITY) <= start) i += 1
    const interval = intervals[i]
    const own = house === null ? hours : hours.filter((h) => h.house === house)
    if (!interval || start < interval.start || own.length === 0) continue
    const { energy, givenWh, takenWh } = sumOfHour(own, hours, house)
    const sum = sums[i] ?? { energy: emptySlot(), givenWh: null, takenWh: null }
    addSlot(sum.energy, energy)
    sums[i] = { energy: sum.energy, givenWh: plus(sum.givenWh, givenWh), takenWh: plus(sum.takenWh, takenWh) }
  }
  return sums
}

function sumOfHour(own: readonly StoredSlot[], all: readonly StoredSlot[], house: string | null): HourSum {
  const energy = emptySlot()
  for (const hour of own) addSlot(energy, hour.energy)
  const exchanges = all
    .filter((h) => h.energy.exchangeMeasuredS + h.energy.exchangeEstimatedS > 0)
    .map((h): Exchange => ({ id: h.house, exportedWh: h.energy.exportedWh, importedWh: h.energy.importedWh }))
  if (house === null) {
    const { sharedWh, gridImportWh, gridExportWh } = sharedEnergy(exchanges)
    const meter = { ...energy, importedWh: gridImportWh, exportedWh: gridExportWh }
    const known = exchanges.length > 0 ? sharedWh : null
    return { energy: meter, givenWh: known, takenWh: known }
  }
  const mine = exchanges.find((e) => e.id === house)
  return mine ? { energy, ...sharePart(mine, exchanges) } : { energy, givenWh: null, takenWh: null }
}

/** Sums of intervals that do not overlap, added up; null where none of them knows anything. */
export function addHourSums(sums: readonly (HourSum | null)[]): HourSum | null {
  const known = sums.filter((sum) => sum !== null)
  const energy = emptySlot()
  for (const sum of known) addSlot(energy, sum.energy)
  const total = (of: (sum: HourSum) => number | null) => known.map(of).reduce((a, b) => plus(a, b), null)
  return known.length === 0 ? null : { energy, givenWh: total((s) => s.givenWh), takenWh: total((s) => s.takenWh) }
}

function plus(sum: number | null, more: number | null): number | null {
  return more === null ? sum : (sum ?? 0) + more
}

/** What a house gave or took of an hour, as `sharePart` has it, from the community's shared energy and meter. */
const sharePartOf = (column: 'exported_wh' | 'imported_wh') =>
  sql.raw(`case when h.exchange_measured_s + h.exchange_estimated_s > 0 then
  case when c.shared_wh > 0 then h.${column} * c.shared_wh / (c.shared_wh + c.${column} + 0.0) else 0 end end`)

function rolledSums(db: ReadingsDb, intervals: readonly Interval[], house: string | null, except: string) {
  const bounds = JSON.stringify(intervals.map(({ start, end }) => [start, end]))
  const of =
    house === null
      ? sql`${H_SUMS}, sum(h.shared_wh) as given_wh, sum(h.shared_wh) as taken_wh from b cross join community_hour h on h.start >= b.s and h.start < b.e`
      : sql`${H_SUMS}, sum(${sharePartOf('exported_wh')}) as given_wh, sum(${sharePartOf('imported_wh')}) as taken_wh from b
            cross join hour h on h.house = ${house} and h.start >= b.s and h.start < b.e
            cross join community_hour c on c.start = h.start`
  return rowsOf<{ interval: number; given_wh: number | null; taken_wh: number | null }>(
    db,
    sql`with b(i, s, e) as (
          select key, json_extract(value, '$[0]'), json_extract(value, '$[1]') from json_each(${bounds})
        ) select b.i as interval, ${of} where h.start not in (select value from json_each(${except})) group by b.i`,
  )
}

async function changedHours(db: ReadingsDb, list: string): Promise<StoredSlot[]> {
  const hours = sql`select value as start from json_each(${list})`
  const rows = await rowsOf(
    db,
    sql`with recursive ${sql.raw(STREET)} select * from (
          select h.start, h.house, ${COLUMNS} from (${hours}) u cross join street w
          cross join hour h on h.house = w.house and h.start = u.start where h.final = 1
          union all ${fromSlots(hours)}
        ) order by 1, 2`,
  )
  return rows.map((row) => ({ start: row.start, house: row.house, energy: energyOf(row) }))
}

async function rowsOf<More = { start: number; house: string }>(db: ReadingsDb, query: ReturnType<typeof sql>) {
  return (await query.execute(db)).rows as (SlotColumns & More)[]
}
