import { expect, it } from 'vitest'
import { needs } from '../../test/needs.ts'
import { postgresBin, startPostgres } from '../../test/support/postgres.ts'
import type { Batch } from '../protocol.ts'
import { openCentral } from './database.ts'
import { addHub } from './hubs.ts'
import { Partitions } from './partitions.ts'
import { watchSilence } from './silence.ts'
import { writeBatch } from './write-batch.ts'

const BEGIN_S = Date.UTC(2026, 5, 20, 22) / 1000
const ROWS = 96
const BATCHES = 6
const HUBS = ['uno', 'due', 'tre', 'quattro']

function batch(hub: string, n: number): Batch {
  return {
    ...{ formato: 1, hub, lotto: `lotto-${hub}-${n}`, inviato: BEGIN_S, programma: '1.0.0' },
    ...{ comunita: hub, fuso: 'Europe/Rome', luogo: null },
    // Half of what the batch before had too, under the same version.
    righe: Array.from({ length: ROWS }, (_, i) => ({
      ...{ tipo: 'comunita_15m' as const, inizio: BEGIN_S + (n * (ROWS / 2) + i) * 900, soggetto: '', versione: 1 },
      dati: {
        ...{ prodotta_wh: 100, consumata_wh: 80, prelevata_wh: 10, immessa_wh: 30, condivisa_wh: 5 },
        ...{ picco_wp: 9000, copertura: 1, case: 3, g_kwh: 250 },
      },
    })),
  }
}

it.runIf(needs(postgresBin(), 'the central on PostgreSQL', 'postgresql-15'))(
  'several centrals on one PostgreSQL, started at once, take the same batches in any order: each row counts once, and so does each day',
  async () => {
    const server = await startPostgres()
    const url = await server.newDatabase()
    const centrals = await Promise.all([openCentral({ url }), openCentral({ url }), openCentral({ url })])
    const [first] = centrals
    try {
      for (const id of HUBS) await addHub(first.db, { id, name: null, codeHash: id, now: 0 })
      const work = centrals.flatMap((central, c) => {
        const partitions = new Partitions()
        const batches = HUBS.flatMap((hub) => Array.from({ length: BATCHES }, (_, n) => batch(hub, n)))
        // One from the front, one from the back, one from the middle.
        const order = c === 0 ? batches : c === 1 ? batches.toReversed() : [...batches.slice(9), ...batches.slice(0, 9)]
        return order.map((one) => writeBatch(central, partitions, one, BEGIN_S * 1000))
      })
      const receipts = await Promise.all(work)
      const unique = HUBS.length * ((BATCHES + 1) * (ROWS / 2))
      const stored = receipts.reduce((sum, receipt) => sum + (receipt?.registrate ?? Number.NaN), 0)
      expect(stored).toBe(unique)
      expect(receipts.flatMap((receipt) => receipt?.superate ?? [])).toEqual([])
      const { n } = await first.db
        .selectFrom('aggregate')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow()
      expect(Number(n)).toBe(unique)
      const days = await first.db.selectFrom('hub_day').selectAll().orderBy('hub').orderBy('day').execute()
      // Three and a half days of each.
      expect(days.map((day) => [day.quarters, day.produced_wh])).toEqual(
        HUBS.flatMap(() => [96, 96, 96, 48].map((quarters) => [quarters, quarters * 100])),
      )
      await Promise.all(centrals.map((central) => watchSilence(central, BEGIN_S * 1000 + 7_200_000)))
      expect(await first.db.selectFrom('hub_silence').selectAll().execute()).toHaveLength(HUBS.length)
    } finally {
      await Promise.all(centrals.map((central) => central.db.destroy()))
      await server.stop()
    }
  },
)
