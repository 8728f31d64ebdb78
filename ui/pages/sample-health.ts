import { CAUSES } from '../../hub/domain/cause.ts'
import { SENSOR_FAULTS } from '../../hub/domain/sensor-check.ts'
import type { HealthCardModel, HealthPage, HealthRow, PlaneRow, SensorRow } from '../models/health.ts'

const FINDING = { since: '2026-06-08', loss: 0.48, lostWh: 83_400, lostEuro: 15.01 } as const

/** One house for each cause, and one for each standing without a finding. */
export function sampleHealth(): HealthCardModel {
  const ill = CAUSES.map((cause, i): HealthRow => {
    const grade = i % 2 === 0 ? 'alert' : 'warning'
    const confidence = (['high', 'medium', 'low'] as const)[i % 3] ?? 'low'
    const finding = { ...FINDING, cause, grade, confidence } as const
    return { house: `casa_0${i}`, name: `casa_0${i}`, standing: 'judged', finding, peers: i % 2 === 0 ? 5 : 2 }
  })
  const well = (['judged', 'tooFew', 'learning', 'noData', 'setAside'] as const).map(
    (standing, i): HealthRow => ({ house: `casa_1${i}`, name: `casa_1${i}`, standing, finding: null, peers: 0 }),
  )
  return { empty: null, summary: { plants: 12, bad: ill.length }, rows: [...ill, ...well] }
}

/** Thirty days, the last nine with half of what was expected. */
export function sampleHealthPage(): HealthPage {
  const [row] = sampleHealth().rows.slice(1)
  if (!row) throw new Error('no sample')
  const days = Array.from({ length: 30 }, (_, i) => {
    const expectedWh = 14_000 + 6_000 * Math.sin(i * 1.7)
    const day = Temporal.PlainDate.from('2026-05-18').add({ days: i }).toString()
    return { day, madeWh: expectedWh * (i > 20 ? 0.5 : 0.99), expectedWh }
  })
  return { row, days, least: 5 }
}

export function sampleSensors(): SensorRow[] {
  return SENSOR_FAULTS.map((kind, i) => ({
    house: `casa_0${i}`,
    kind,
    since: '2026-06-01',
    minutes: kind === 'clock' ? -60 : 0,
    confirmed: i % 3 !== 0,
  }))
}

export function samplePlanes(): PlaneRow[] {
  const fitted = { tilt: 22, azimuth: 252 }
  const azimuth = { entered: 180, fitted: 252, error: 8 }
  return [
    { house: 'casa_20', azimuth, tilt: null, fitted, days: 31 },
    { house: 'casa_21', azimuth, tilt: { entered: 60, fitted: 22, error: 4 }, fitted, days: 31 },
  ]
}
