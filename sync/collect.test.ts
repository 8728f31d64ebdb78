import { afterAll, beforeAll, expect, test } from 'vitest'
import { emptySlot } from '../hub/domain/slot.ts'
import { openDatabase } from '../hub/store/database.ts'
import { SLOT_COLUMNS } from '../hub/store/schema.ts'
import { valuesOf } from '../hub/store/slot-row.ts'
import { openStore, type Store } from '../hub/store/store.ts'
import { dataFolder } from '../test/support/hub-process.ts'
import { collect, type Street } from './collect.ts'
import { rowSchema } from './protocol.ts'

const MINUTE = 60_000
const DAY = 86_400_000
// A day of 23 hours in Rome: the clocks went forward on 29 March 2026.
const MIDNIGHT = Date.UTC(2026, 2, 28, 23)
const NOW = MIDNIGHT + 23 * 60 * MINUTE + 40 * MINUTE

let store: Store
beforeAll(async () => {
  store = await openStore(dataFolder())
  fill('a', { producedWh: 100, consumedWh: 20, exportedWh: 80 })
  fill('b', { consumedWh: 50, importedWh: 50 })
  fill('c', { consumedWh: 10.04, importedWh: 10.04 })
  // The evening after: two houses only.
  fill('a', { producedWh: 1, consumedWh: 1 }, MIDNIGHT + 23 * 60 * MINUTE, 8)
  fill('b', { consumedWh: 1, importedWh: 1 }, MIDNIGHT + 23 * 60 * MINUTE, 8)
})
afterAll(() => store.close())

/** Slots of five minutes, all measured. */
function fill(house: string, energy: object, from = MIDNIGHT, count = 23 * 12) {
  const db = openDatabase({ name: '', file: store.files.readings, readonly: false })
  const put = db.prepare(
    `insert or replace into slot (start, house, ${SLOT_COLUMNS.join(', ')}) values (?, ?, ${SLOT_COLUMNS.map(() => '?').join(', ')})`,
  )
  const mark = db.prepare('insert or ignore into unrolled values (?)')
  for (let i = 0; i < count; i++) {
    const start = from + i * 5 * MINUTE
    const seconds = {
      productionMeasuredS: 'producedWh' in energy ? 300 : 0,
      consumptionMeasuredS: 300,
      exchangeMeasuredS: 300,
    }
    put.run(start, house, ...valuesOf({ ...emptySlot(), ...energy, ...seconds }))
    mark.run(start - (start % 3_600_000))
  }
  db.close()
}

const street = (more: Partial<Street> = {}): Street => ({
  now: NOW,
  zone: 'Europe/Rome',
  factors: [],
  houses: ['a', 'b', 'c'].map((id) => ({ id, peakPower: 3000 })),
  tellHouses: false,
  alerts: [{ id: 4, house: 'b', code: 'fermo', openedAt: MIDNIGHT + 5 * MINUTE, closedAt: null }],
  heard: 2,
  firmware: { '1.0.0': 2 },
  reasons: [],
  ...more,
})

async function outbox(kind: string) {
  const rows = await store.readings.selectFrom('outbox').selectAll().where('kind', '=', kind).orderBy('start').execute()
  return rows.map((row) => ({ ...row, data: JSON.parse(row.body) as Record<string, unknown> | null }))
}

test('totals of the street without its houses: nothing names one, and no total holds fewer than three', async () => {
  await collect(store.readings, store.readingsWriter, street())
  const quarters = await outbox('comunita_15m')
  expect(quarters).toHaveLength(23 * 4)
  expect(quarters[0]?.data).toEqual({
    ...{ prodotta_wh: 300, consumata_wh: 240.1, prelevata_wh: 180.1, immessa_wh: 240, copertura: 1 },
    ...{ condivisa_wh: 180.1, picco_wp: 9000, case: 3, g_kwh: 234.7 },
  })
  expect(await outbox('casa_giorno')).toEqual([])
  expect((await outbox('avviso'))[0]?.data).toMatchObject({ codice: 'fermo', casa: null })
  for (const row of [...quarters, ...(await outbox('avviso')), ...(await outbox('salute'))]) {
    const wire = { tipo: row.kind, inizio: row.start, soggetto: row.subject, versione: row.version, dati: row.data }
    expect(rowSchema.safeParse(wire).error?.issues).toBeUndefined()
  }
})

test('what has not changed is not sent again; what has, once more', async () => {
  await collect(store.readings, store.readingsWriter, street())
  expect(new Set((await outbox('comunita_15m')).map((row) => row.version))).toEqual(new Set([1]))
  fill('a', { producedWh: 200, consumedWh: 20, exportedWh: 180 }, MIDNIGHT, 3)
  await collect(store.readings, store.readingsWriter, street())
  expect((await outbox('comunita_15m')).filter((row) => row.version === 2).map((row) => row.start)).toEqual([
    MIDNIGHT / 1000,
  ])
})

test('days of houses once that is agreed, with the 23 hours of their day; taken back when it ends', async () => {
  await collect(store.readings, store.readingsWriter, street({ tellHouses: true }))
  const days = await outbox('casa_giorno')
  expect(days.map((row) => [row.subject, row.start])).toEqual(['a', 'b', 'c'].map((id) => [id, MIDNIGHT / 1000]))
  expect(days[1]?.data).toEqual({
    ...{
      giorno: '2026-03-29',
      prodotta_wh: null,
      consumata_wh: 23 * 12 * 50,
      prelevata_wh: 23 * 12 * 50,
      immessa_wh: 0,
    },
    ...{ copertura: 1, picco_wp: 3000 },
  })
  expect((await outbox('avviso'))[0]?.data).toMatchObject({ casa: 'b' })
  await store.readingsWriter.updateTable('outbox').set({ sent_version: 1 }).where('subject', '=', 'a').execute()
  await collect(store.readings, store.readingsWriter, street({ now: NOW + DAY }))
  expect((await outbox('casa_giorno')).map(({ subject, version, data }) => ({ subject, version, data }))).toEqual([
    { subject: 'a', version: 2, data: null },
  ])
  expect((await outbox('avviso'))[0]?.data).toMatchObject({ casa: null })
})
