import { sql } from 'kysely'
import type { Quality } from '../domain/slot.ts'
import { LEAST_COVERED_S, MEASURED_SHARE, QUALITIES } from '../domain/slot.ts'
import { HOUR, SECOND, SLOT } from '../domain/time.ts'
import type { ReadingsDb } from './store.ts'

/** Mean powers of a slot, those of all houses added up, W; null where no house knows. */
export interface SlotPower {
  readonly start: number
  readonly productionW: number | null
  readonly consumptionW: number | null
  /** The worst of any house. */
  readonly quality: Quality
}

const SLOT_S = SLOT / SECOND
/** A coverage of less than this rounds to none. */
const NOTHING_S = 0.5e-4 * SLOT_S

/** Slots with from <= start < to as powers of the community: a street's day is summed where it lies, not carried away slot by slot. */
export async function readCommunityPower(
  db: ReadingsDb,
  { from, to }: { from: number; to: number },
): Promise<SlotPower[]> {
  const { rows } = await sql<{ start: number; production: number | null; consumption: number | null; quality: number }>`
    select start, ${power('production', 'produced_wh')} as production, ${power('consumption', 'consumed_wh')} as consumption,
      max(case when ${covered('production')} < ${sql.lit(NOTHING_S)} and ${covered('consumption')} < ${sql.lit(NOTHING_S)}
        then ${sql.lit(QUALITIES.indexOf('mancante'))} else max(${quality('production')}, ${quality('consumption')}) end) as quality
    from slot where start >= ${from} and start < ${to} group by start order by start`.execute(db)
  return rows.map((row) => ({
    start: row.start,
    productionW: row.production,
    consumptionW: row.consumption,
    quality: QUALITIES[row.quality] ?? 'mancante',
  }))
}

type Channel = 'production' | 'consumption'

function covered(channel: Channel) {
  return sql.raw(`(${channel}_measured_s + ${channel}_estimated_s)`)
}

function power(channel: Channel, energy: string) {
  return sql`sum(case when ${covered(channel)} >= ${sql.lit(LEAST_COVERED_S)}
    then max(0, ${sql.raw(energy)}) * ${sql.lit(HOUR / SECOND)}.0 / ${covered(channel)} end)`
}

/** As an index into QUALITIES; a channel that the house does not have is no worse than any. */
function quality(channel: Channel) {
  return sql`case when ${covered(channel)} < ${sql.lit(NOTHING_S)}
    or ${sql.raw(`${channel}_measured_s`)} / ${sql.lit(SLOT_S)}.0 >= ${sql.lit(MEASURED_SHARE)}
    then ${sql.lit(QUALITIES.indexOf('misurata'))} else ${sql.lit(QUALITIES.indexOf('stimata'))} end`
}
