import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Batch, Receipt, Row } from '../protocol.ts'
import type { Central } from './database.ts'
import type { Partitions } from './partitions.ts'
import { AGGREGATE_COLUMNS, type CentralSchema } from './schema.ts'

type Values = readonly (string | number | null)[]

/**
 * Stores a batch of the hub that it names and answers its receipt, all in one transaction: committed when this resolves. What is known changes nothing.
 * Null when the hub is no longer one.
 */
export async function writeBatch(
  central: Central,
  partitions: Partitions,
  batch: Batch,
  now: number,
): Promise<Receipt | null> {
  const rows = latestOfEach(batch.righe)
  await partitions.provide(
    central,
    rows.map((row) => row.inizio),
  )
  return central.db.transaction().execute(async (trx) => {
    // First the hub's own row: batches of one hub queue up behind it, so that no day is added up beside another's uncommitted quarters.
    const own = await trx
      .updateTable('hub')
      .set({
        ...{ name: batch.comunita || batch.hub, zone: batch.fuso, program: batch.programma },
        ...{ latitude: batch.luogo?.latitudine ?? null, longitude: batch.luogo?.longitudine ?? null },
        ...{ seen_at: now, committed_at: now, skew_s: batch.inviato - Math.round(now / 1000) },
        ...{ problem: null, problem_at: null },
      })
      .where('id', '=', batch.hub)
      .where('revoked_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    if (!own) return null
    const values = rows.map(valuesOf)
    const changed = values.length === 0 ? 0 : await upsert(trx, central.engine, batch.hub, values, now)
    const overtaken = changed === rows.length ? [] : await overtakenOf(trx, batch.hub, rows)
    await addUpDays(trx, batch, rows)
    return {
      lotto: batch.lotto,
      registrate: changed,
      gia_note: batch.righe.length - changed,
      superate: overtaken,
    }
  })
}

/** One row of each place, that of the highest version. */
function latestOfEach(rows: readonly Row[]): Row[] {
  const latest = new Map<string, Row>()
  for (const row of rows) {
    const place = placeOf(row)
    if ((latest.get(place)?.versione ?? 0) < row.versione) latest.set(place, row)
  }
  // In the order of the key: two processes then never wait for each other's rows crosswise.
  return [...latest.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}

function placeOf({ tipo, inizio, soggetto }: Pick<Row, 'tipo' | 'inizio' | 'soggetto'>): string {
  return `${tipo} ${inizio} ${soggetto}`
}

function digestOf(row: Row): string {
  return createHash('sha256').update(JSON.stringify(row.dati)).digest('base64url').slice(0, 16)
}

const NO_ENERGY: Values = [null, null, null, null, null, null, null, null, null]

/** In the order of AGGREGATE_COLUMNS. */
export function valuesOf(row: Row): Values {
  const place = [row.tipo, row.inizio, row.soggetto, row.versione, digestOf(row)]
  if (row.dati === null) return [...place, ...NO_ENERGY, null]
  if (row.tipo === 'comunita_15m') {
    const d = row.dati
    const energy = [d.prodotta_wh, d.consumata_wh, d.prelevata_wh, d.immessa_wh, d.condivisa_wh]
    return [...place, ...energy, d.picco_wp, d.copertura, d.case, d.g_kwh, null]
  }
  if (row.tipo === 'casa_giorno') {
    const d = row.dati
    const energy = [d.prodotta_wh, d.consumata_wh, d.prelevata_wh, d.immessa_wh, null]
    return [...place, ...energy, d.picco_wp, d.copertura, null, null, JSON.stringify({ giorno: d.giorno })]
  }
  return [...place, ...NO_ENERGY, JSON.stringify(row.dati)]
}

const PG_TYPES = [
  ...['text', 'bigint', 'text', 'bigint', 'text'],
  ...Array.from({ length: 7 }, () => 'double precision'),
  ...['bigint', 'double precision', 'text'],
]
const COLUMNS = AGGREGATE_COLUMNS.join(', ')
const CHANGES = [...AGGREGATE_COLUMNS.slice(3), 'received_at'].map((c) => `${c} = excluded.${c}`).join(', ')
const ON_CONFLICT = sql.raw(
  `on conflict (hub, kind, start, subject) do update set ${CHANGES} where excluded.version > aggregate.version`,
)

/** Writes rows that are new or newer than what is there; how many those were. */
export async function upsert(
  db: Kysely<CentralSchema>,
  engine: Central['engine'],
  hub: string,
  rows: readonly Values[],
  now: number,
): Promise<number> {
  const from =
    engine === 'postgres'
      ? sql`select ${hub}::text, u.*, ${now}::bigint from unnest(${sql.join(
          PG_TYPES.map((type, i) => sql`${rows.map((row) => row[i] ?? null)}::${sql.raw(type)}[]`),
        )}) u`
      : sql`select ${hub}, ${sql.raw(
          AGGREGATE_COLUMNS.map((_, i) => `value ->> ${i}`).join(', '),
        )}, ${now} from json_each(${JSON.stringify(rows)}) where true`
  const { numAffectedRows } =
    await sql`insert into aggregate (hub, ${sql.raw(COLUMNS)}, received_at) ${from} ${ON_CONFLICT}`.execute(db)
  return Number(numAffectedRows ?? 0n)
}

async function overtakenOf(db: Kysely<CentralSchema>, hub: string, rows: readonly Row[]): Promise<Receipt['superate']> {
  const places = new Map(rows.map((row) => [placeOf(row), row]))
  const overtaken: Receipt['superate'] = []
  for (const [kind, own] of Map.groupBy(rows, (row) => row.tipo)) {
    const starts = own.map((row) => row.inizio)
    const stored = await db
      .selectFrom('aggregate')
      .select(['start', 'subject', 'version', 'digest'])
      .where('hub', '=', hub)
      .where('kind', '=', kind)
      .where('start', 'in', [...new Set(starts)])
      .execute()
    for (const { start, subject, version, digest } of stored) {
      const row = places.get(placeOf({ tipo: kind, inizio: start, soggetto: subject }))
      if (!row || version < row.versione || (version === row.versione && digest === digestOf(row))) continue
      overtaken.push({ tipo: kind, inizio: start, soggetto: subject, versione: version })
    }
  }
  return overtaken
}

/** The civil days of the hub that its quarters in this batch belong to, added up again. */
async function addUpDays(db: Kysely<CentralSchema>, batch: Batch, rows: readonly Row[]): Promise<void> {
  const days = new Map<string, { from: number; to: number }>()
  let last: { day: string; from: number; to: number } | null = null
  for (const { tipo, inizio } of rows) {
    if (tipo !== 'comunita_15m' || (last && inizio >= last.from && inizio < last.to)) continue
    const start = Temporal.Instant.fromEpochMilliseconds(inizio * 1000)
      .toZonedDateTimeISO(batch.fuso)
      .startOfDay()
    const end = start.add({ days: 1 }).startOfDay()
    last = {
      day: start.toPlainDate().toString(),
      from: start.epochMilliseconds / 1000,
      to: end.epochMilliseconds / 1000,
    }
    days.set(last.day, last)
  }
  if (days.size === 0) return
  const from = Math.min(...[...days.values()].map((span) => span.from))
  const to = Math.max(...[...days.values()].map((span) => span.to))
  const spans = [...days].map(
    ([day, { from, to }]) => sql`(cast(${day} as text), cast(${from} as bigint), cast(${to} as bigint))`,
  )
  await sql`
    insert into hub_day (hub, day, produced_wh, consumed_wh, imported_wh, exported_wh, shared_wh, peak_wp, co2_g, quarters, covered)
    with span (day, first, past) as (values ${sql.join(spans)})
    select hub, day, sum(produced_wh), sum(consumed_wh), sum(imported_wh), sum(exported_wh), sum(shared_wh), max(peak_wp),
      sum((produced_wh - coalesce(exported_wh, 0) + coalesce(shared_wh, 0)) * g_kwh / 1000), count(coverage), coalesce(sum(coverage), 0)
    from aggregate cross join span where hub = ${batch.hub} and kind = 'comunita_15m' and start >= ${from} and start < ${to}
      and start >= first and start < past group by hub, day
    on conflict (hub, day) do update set produced_wh = excluded.produced_wh, consumed_wh = excluded.consumed_wh,
      imported_wh = excluded.imported_wh, exported_wh = excluded.exported_wh, shared_wh = excluded.shared_wh,
      peak_wp = excluded.peak_wp, co2_g = excluded.co2_g, quarters = excluded.quarters, covered = excluded.covered`.execute(
    db,
  )
}
