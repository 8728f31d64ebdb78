import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, SqliteDialect } from 'kysely'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { GRID, ROOFS, streetDays, TURIN, times } from '../../test/support/clear-street.ts'
import { dayStart } from '../domain/community-day.ts'
import { DEFAULT_SETTINGS } from '../domain/settings.ts'
import { HOUR } from '../domain/time.ts'
import { openDatabase } from '../store/database.ts'
import { diagnose } from '../store/diagnose.ts'
import type { KeyedHouse } from '../store/houses.ts'
import { unfitHouses } from '../store/plant-records.ts'
import { SLOT_COLUMNS } from '../store/schema.ts'
import { migrateFile, type ReadingsDb } from '../store/store.ts'
import { Diagnosis } from './diagnosis.ts'
import { Health } from './health.ts'

// Weeks of days are judged, on whatever machine.
vi.setConfig({ testTimeout: 90_000 })

let folder = ''
const file = () => join(folder, 'readings.db')
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'diagnosis-'))
  await migrateFile(file(), 'readings')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const DAYS = 40
/** A day more is there, so that the last one judged is whole. */
const KEPT = DAYS + 1
const ONSET = 30
/** casa_A loses half from day ONSET on; one hour of each day of casa_B is hardly covered. */
const days = streetDays(KEPT, (d, age, id) => (id === 'casa_A' && age >= ONSET ? times(d, () => 0.5) : d))

/** Rolled-up hours of the days in from <= age < to, as housekeeping leaves them. */
function store(from: number, to: number, until = 24): void {
  const db = openDatabase({ name: 'readings', file: file(), readonly: false })
  const put = db.prepare(
    `insert or replace into hour (house, start, final, ${SLOT_COLUMNS.join(', ')}) values (?, ?, 0, ?, ?, 0, 0, ?, 0, 3600, 0, 3600, 0)`,
  )
  db.transaction(() => {
    for (const day of days.slice(from, to)) {
      for (const [house, { produced, consumed }] of day.houses) {
        for (let h = 0; h < until; h += 1) {
          const covered = house === 'casa_B' && h === 12 ? 600 : 3600
          put.run(house, dayStart(GRID, day.day) + h * HOUR, produced[h], consumed[h], covered)
        }
      }
    }
    db.prepare(
      `insert or ignore into community_hour select distinct start, ${SLOT_COLUMNS.map(() => '0').join(', ')}, null from hour`,
    ).run()
  })()
  db.close()
}

const houses = new Map<string, KeyedHouse>(
  ROOFS.map(({ id, peakPower, plane }) => [
    id,
    {
      ...{ id, name: id, peakPower, connectionLimit: null, shown: true, keyHash: '' },
      ...{ tilt: plane?.tilt ?? null, azimuth: plane?.azimuth ?? null },
    },
  ]),
)
const at = (age: number, hours = 3) => dayStart(GRID, (days[0]?.day ?? 0) + age) + hours * HOUR

function diagnosisAt(now: () => number, health = new Health()) {
  const settings = { ...DEFAULT_SETTINGS, place: TURIN }
  return new Diagnosis({
    now,
    registry: () => ({ houses, settings }),
    diagnose: (request) => diagnose({ ...request, readings: file() }),
    health,
  })
}

it('judges each day once, finds what failed, and goes on from what it saved', async () => {
  store(0, KEPT)
  const whole = diagnosisAt(() => at(DAYS))
  await whole.run()
  const found = whole.plants?.get('casa_A')?.finding
  expect(found).toMatchObject({ cause: 'string', grade: 'alert', since: days[ONSET]?.day })
  expect([...(whole.plants?.values() ?? [])].filter((p) => p.house !== 'casa_A' && p.finding)).toEqual([])
  expect(whole.plants?.get('casa_B')?.past.length).toBeGreaterThan(10)
  const failing = (days[ONSET]?.day ?? 0) + 2
  expect(new Map(whole.roofs().unfit).get('casa_A')).toContain(failing)
  expect(new Map(whole.roofs().unfit).get('casa_C')).not.toContain(failing)
  const kysely: ReadingsDb = new Kysely({
    dialect: new SqliteDialect({ database: openDatabase({ name: 'readings', file: file(), readonly: true }) }),
  })
  expect(await unfitHouses(kysely, failing)).toEqual(['casa_A'])
  expect(await unfitHouses(kysely, (days[ONSET]?.day ?? 0) - 2)).toEqual([])
  await kysely.destroy()

  const again = diagnosisAt(() => at(DAYS, 5))
  await again.run()
  expect(again.plants?.get('casa_A')?.finding?.since).toBe(found?.since)
})

it('comes to the same day by day as in one run', async () => {
  store(0, KEPT)
  const whole = await diagnose({ ...request(DAYS), readings: file() })
  expect(whole.judgedDays).toBe(DAYS)
  const db = openDatabase({ name: 'readings', file: file(), readonly: false })
  db.exec('delete from plant_record')
  db.close()
  for (const age of [33, DAYS]) await diagnose({ ...request(age), readings: file() })
  const parts = await diagnose({ ...request(DAYS), readings: file() })
  expect(parts.judgedDays).toBe(0)
  const finding = (outcome: typeof whole) => outcome.health.find((h) => h.house === 'casa_A')?.finding
  expect(finding(parts)?.lostWh).toBeCloseTo(finding(whole)?.lostWh ?? 0, -2)
  expect(finding(parts)).toMatchObject({ ...finding(whole), lostWh: expect.anything(), loss: expect.anything() })
})

function request(age: number) {
  return {
    now: at(age),
    site: TURIN,
    houses: [...ROOFS.map((roof) => ({ ...roof, battery: false }))],
    threshold: 0.85,
    minHouses: 3,
  }
}

it('tells of an inverter that stands still while the day is still running', async () => {
  store(0, ONSET)
  const now = days[ONSET]
  const still = now?.houses.get('casa_C')
  if (!now || !still) throw new Error('no day')
  now.houses.set(
    'casa_C',
    times(still, () => 0),
  )
  store(ONSET, ONSET + 1, 17)
  now.houses.set('casa_C', still)
  const diagnosis = diagnosisAt(() => at(ONSET, 17))
  await diagnosis.run()
  expect(diagnosis.plants?.get('casa_C')?.finding).toMatchObject({ cause: 'outage' })
  expect(diagnosis.plants?.get('casa_D')?.finding).toBeNull()
})

it('knows nothing without a position, and says so when the file cannot be read', async () => {
  const blind = new Diagnosis({
    now: () => at(3),
    registry: () => ({ houses, settings: DEFAULT_SETTINGS }),
    diagnose: () => Promise.reject(new Error('never asked')),
    health: new Health(),
  })
  await blind.run()
  expect(blind.plants?.size).toBe(0)
  const health = new Health()
  const broken = new Diagnosis({
    now: () => at(3),
    registry: () => ({ houses, settings: { ...DEFAULT_SETTINGS, place: TURIN } }),
    diagnose: () => Promise.reject(new Error('disk image is malformed')),
    health,
  })
  await broken.run()
  expect([broken.plants, health.degraded]).toEqual([null, ['diagnosis']])
})

it('reads the plane of a roof from its clear days, and compares a house by it that nobody entered one for', async () => {
  store(0, KEPT)
  const unknown = request(DAYS).houses.map((house) => (house.id === 'casa_C' ? { ...house, plane: null } : house))
  const outcome = await diagnose({ ...request(DAYS), houses: unknown, readings: file() })
  const planes = new Map(outcome.planes)
  expect(planes.get('casa_C')?.azimuth).toBeGreaterThan(240)
  expect(planes.get('casa_C')?.azimuth).toBeLessThan(270)
  // An hour of each day is missing: none is whole.
  expect(planes.has('casa_B')).toBe(false)
  expect(outcome.health.find((h) => h.house === 'casa_C')?.ratio).toBeCloseTo(1, 1)

  const db = openDatabase({ name: 'readings', file: file(), readonly: false })
  const tried = () => db.prepare('select house, at from plane where fit is not null order by house').all()
  const first = tried()
  await diagnose({ ...request(DAYS), houses: unknown, now: at(DAYS, 5), readings: file() })
  expect(tried()).toEqual(first)
  db.close()
})
