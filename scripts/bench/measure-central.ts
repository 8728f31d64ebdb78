import { once } from 'node:events'
import { chmodSync, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Central } from '../../sync/central/database.ts'
import { openCentral } from '../../sync/central/database.ts'
import { addHub } from '../../sync/central/hubs.ts'
import { Partitions } from '../../sync/central/partitions.ts'
import { hubsNow, monthOfHubs } from '../../sync/central/queries.ts'
import { AGGREGATE_COLUMNS } from '../../sync/central/schema.ts'
import { valuesOf, writeBatch } from '../../sync/central/write-batch.ts'
import type { Batch, Row as WireRow } from '../../sync/protocol.ts'
import { BATCH_ROWS } from '../../sync/protocol.ts'
import { postgresBin, startPostgres } from '../../test/support/postgres.ts'
import { dataFolder } from './folders.ts'
import type { Row } from './row.ts'
import { rows } from './row.ts'
import { median } from './samples.ts'

const QUARTER_S = 900
const BEGIN_S = Date.UTC(2026, 0, 1) / 1000
/** Requests under way at once: as many as the pool has connections for. */
const AT_ONCE = 8
const MONTH = '2026-01'

/**
 * A central that takes in batches of quarters of an hour from many hubs, beside what the same database takes in by its own
 * bulk copy into the same table, synced in earnest; and its pages' queries on a year of many hubs.
 */
export async function measureCentral(size: { hubs: number; batches: number; yearHubs: number }): Promise<Row[]> {
  const result = await measureEngine('SQLite', await openCentral({ dataDir: dataFolder() }), size)
  if (postgresBin() === null) return result
  const server = await startPostgres({ durable: true })
  try {
    const url = await server.newDatabase()
    const written = await measureEngine('PostgreSQL', await openCentral({ url }), size)
    const copied = await copyRate(await server.newDatabase(), size)
    const rate = Number(written[0]?.value)
    return [
      ...result,
      ...written,
      ...rows('PostgreSQL', ['COPY into the same table', copied, 'rows/s'], ['written / COPY', rate / copied, '']),
    ]
  } finally {
    await server.stop()
  }
}

async function measureEngine(
  name: string,
  central: Central,
  { hubs, batches, yearHubs }: { hubs: number; batches: number; yearHubs: number },
): Promise<Row[]> {
  try {
    const ids = Array.from({ length: hubs }, (_, i) => `hub-${i}`)
    for (const id of ids) await addHub(central.db, { id, name: null, codeHash: id, now: 0 })
    const work = Array.from({ length: batches }, (_, n) => ids.map((id) => batchOf(id, n))).flat()
    const partitions = new Partitions()
    // What is made at first, partitions and plans, is not the pace.
    for (const id of ids.slice(0, AT_ONCE)) await writeBatch(central, partitions, batchOf(id, -1), Date.now())
    const started = performance.now()
    let next = 0
    const worker = async () => {
      for (;;) {
        const batch = work[next++]
        if (!batch) return
        await writeBatch(central, partitions, batch, Date.now())
      }
    }
    await Promise.all(Array.from({ length: central.engine === 'sqlite' ? 1 : AT_ONCE }, worker))
    const seconds = (performance.now() - started) / 1000
    await fillYear(central, yearHubs)
    const asked = async (ask: () => Promise<unknown>) => {
      const took: number[] = []
      for (let i = 0; i < 5; i += 1) {
        const at = performance.now()
        await ask()
        took.push(performance.now() - at)
      }
      return median(took)
    }
    return rows(
      name,
      ['batches of quarters, rows', (work.length * BATCH_ROWS) / seconds, 'rows/s'],
      [`all hubs now, ${yearHubs} hubs`, await asked(() => hubsNow(central.db)), 'ms'],
      [`a month of all hubs, a year of ${yearHubs}`, await asked(() => monthOfHubs(central.db, MONTH)), 'ms'],
    )
  } finally {
    await central.db.destroy()
  }
}

function batchOf(hub: string, n: number): Batch {
  return {
    ...{ formato: 1, hub, lotto: `lotto-${n + 1}-${hub}`, inviato: BEGIN_S, programma: '1.0.0' },
    ...{ comunita: hub, fuso: 'Europe/Rome', luogo: null },
    righe: Array.from({ length: BATCH_ROWS }, (_, i) => quarter(n * BATCH_ROWS + i)),
  }
}

function quarter(n: number): WireRow {
  const sun = Math.max(0, Math.sin(((n % 96) - 24) / 15.3))
  return {
    ...{ tipo: 'comunita_15m', inizio: BEGIN_S + n * QUARTER_S, soggetto: '', versione: 1 },
    dati: {
      ...{ prodotta_wh: Math.round(9000 * sun), consumata_wh: 4000 + (n % 700), prelevata_wh: 2500, immessa_wh: 3100 },
      ...{ condivisa_wh: 1200, picco_wp: 300_000, copertura: 1, case: 100, g_kwh: 234.5 },
    },
  }
}

/** A year of days of many hubs, and what each said last of its health. */
async function fillYear({ db, engine }: Central, hubs: number): Promise<void> {
  const health = JSON.stringify({ case: 100, sentite: 99, avvisi_aperti: 1, firmware: { '1.0.0': 100 }, motivi: [] })
  for (let from = 0; from < hubs; from += 50) {
    const ids = Array.from({ length: Math.min(50, hubs - from) }, (_, i) => `year-${from + i}`)
    for (const id of ids) await addHub(db, { id, name: null, codeHash: id, now: 0 })
    await db.transaction().execute(async (trx) => {
      for (const id of ids) {
        const days = Array.from({ length: 365 }, (_, d) => ({
          ...{ hub: id, day: new Date((BEGIN_S + d * 86_400) * 1000).toISOString().slice(0, 10), produced_wh: 400_000 },
          ...{ consumed_wh: 500_000, imported_wh: 300_000, exported_wh: 200_000, shared_wh: 90_000, peak_wp: 300_000 },
          ...{ co2_g: 70_000, quarters: 96, covered: 95.5 },
        }))
        for (let d = 0; d < 365; d += 73)
          await trx
            .insertInto('hub_day')
            .values(days.slice(d, d + 73))
            .execute()
        const hours = Array.from({ length: 48 }, (_, h) => ({
          ...{ hub: id, kind: 'salute', start: BEGIN_S + h * 3600, subject: '', version: 1, digest: 'x', data: health },
          ...{ produced_wh: null, consumed_wh: null, imported_wh: null, exported_wh: null, shared_wh: null },
          ...{ peak_wp: null, coverage: null, houses: null, g_kwh: null, received_at: 0 },
        }))
        await trx.insertInto('aggregate').values(hours).execute()
      }
    })
  }
  if (engine === 'postgres')
    await db.executeQuery({ sql: 'analyze', parameters: [], query: { kind: 'RawNode' } } as never)
}

/** The rows of all batches by the database's own bulk copy, into the same empty table. */
async function copyRate(url: string, { hubs, batches }: { hubs: number; batches: number }): Promise<number> {
  const central = await openCentral({ url })
  const starts = Array.from({ length: batches * BATCH_ROWS }, (_, n) => BEGIN_S + n * QUARTER_S)
  await new Partitions().provide(central, starts)
  await central.db.destroy()
  const folder = mkdtempSync(join(tmpdir(), 'solar-family-copy-'))
  // PostgreSQL reads it itself, as a user of its own.
  chmodSync(folder, 0o755)
  const file = join(folder, 'rows.csv')
  const out = createWriteStream(file)
  for (let n = 0; n < batches; n += 1)
    for (let h = 0; h < hubs; h += 1)
      out.write(
        batchOf(`hub-${h}`, n)
          .righe.map((row) => [`hub-${h}`, ...valuesOf(row), 0].map((v) => v ?? '').join(','))
          .join('\n')
          .concat('\n'),
      )
  out.end()
  await once(out, 'finish')
  const client = new pg.Client(url)
  await client.connect()
  try {
    const columns = ['hub', ...AGGREGATE_COLUMNS, 'received_at'].join(', ')
    const started = performance.now()
    // An empty subject is a subject.
    await client.query(`copy aggregate (${columns}) from '${file}' (format csv, force_not_null (subject))`)
    return (hubs * batches * BATCH_ROWS) / ((performance.now() - started) / 1000)
  } finally {
    await client.end()
    rmSync(folder, { recursive: true })
  }
}
