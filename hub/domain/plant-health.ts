import type { AlertCode } from './alert.ts'
import type { Cause } from './cause.ts'
import type { PlantMemory, Standing } from './diagnosis.ts'
import type { AlertDetail } from './effect.ts'
import type { Finding } from './finding.ts'
import { CODE_OF } from './finding.ts'
import { SENSOR_CODE, type SensorFault, type SensorMemory } from './plant-sensors.ts'
import { round4 } from './robust.ts'

/** How a plant does, as the days that are over tell. Plain data: what pages, alerts and answers are made from. */
export interface PlantHealth {
  readonly house: string
  /** The last day judged, and when it began (epoch ms). */
  readonly day: number
  readonly dayStart: number
  readonly standing: Standing
  readonly finding: Finding | null
  readonly sensors: readonly SensorFault[]
  /** Seven days beside the middle of the others, and what is usual; null while not known. */
  readonly ratio: number | null
  readonly usual: number | null
  readonly peers: number
  /** Houses with a plant that were compared. */
  readonly plants: number
  /** Own and expected energy of the last days, oldest first. */
  readonly past: readonly HealthDay[]
}

export interface HealthDay {
  /** When the day began, epoch ms. */
  readonly start: number
  readonly madeWh: number
  readonly expectedWh: number
}

/** What is kept of a house between two runs. */
export interface PlantRecord {
  readonly memory: PlantMemory
  readonly sensors: SensorMemory
  readonly health: PlantHealth
}

/** An alert that the diagnosis wants open. */
export interface WantedAlert {
  readonly code: AlertCode
  readonly detail: AlertDetail
}

const DAY_MS = 86_400_000

/** The alerts a plant's health asks for: one a code, what is told by the plant before what is told by its channels. `euroPerKwh` = what a lost kWh is worth. */
export function wantedAlerts(health: PlantHealth, euroPerKwh: number): WantedAlert[] {
  const wanted = new Map<AlertCode, AlertDetail>()
  const { finding } = health
  if (finding?.alertOn != null) wanted.set(CODE_OF[finding.cause], findingDetail(health, finding, euroPerKwh))
  for (const fault of health.sensors) {
    const code = SENSOR_CODE(fault.kind)
    if (fault.confirmed && !wanted.has(code)) wanted.set(code, sensorDetail(health, fault))
  }
  return [...wanted].map(([code, detail]) => ({ code, detail }))
}

/** A finding as an alert's detail: cause, since when, what is lost, how sure. */
export function findingDetail(health: PlantHealth, finding: Finding, euroPerKwh: number): AlertDetail {
  return {
    causa: CAUSE_WORDS[finding.cause],
    dal: startOf(health, finding.since),
    perdita: round4(finding.loss),
    persi_wh: finding.lostWh,
    persi_euro: euroOf(finding.lostWh, euroPerKwh),
    confidenza: finding.confidence,
    vicini: health.peers,
  }
}

function sensorDetail(health: PlantHealth, fault: SensorFault): AlertDetail {
  const detail = { causa: SENSOR_WORDS[fault.kind], dal: startOf(health, fault.since) }
  return fault.kind === 'clock' ? { ...detail, minuti: fault.minutes } : detail
}

/** Whole cents. */
export function euroOf(wh: number, euroPerKwh: number): number {
  return Math.round((wh / 1000) * euroPerKwh * 100) / 100
}

/** When a day of the grid began, reckoned from the judged one. */
export function startOf(health: Pick<PlantHealth, 'day' | 'dayStart'>, day: number): number {
  return health.dayStart + (day - health.day) * DAY_MS
}

/** Causes as they travel. */
export const CAUSE_WORDS: Record<Cause, string> = {
  outage: 'fermo',
  string: 'stringa',
  shade: 'ombra',
  soiling: 'sporco',
  clipping: 'limitazione',
  clock: 'orologio',
  wiring: 'cablaggio',
  unknown: 'sconosciuta',
}

export const SENSOR_WORDS: Record<SensorFault['kind'], string> = {
  pvStuck: 'produzione_ferma_su_un_valore',
  loadStuck: 'consumo_fermo_su_un_valore',
  swapped: 'sensori_scambiati',
  pvReversed: 'produzione_rovesciata',
  loadReversed: 'consumo_rovesciato',
  loadDead: 'consumo_muto',
  pvDead: 'produzione_muta',
  loadNet: 'consumo_al_contatore',
  loadZeroSun: 'consumo_nullo_col_sole',
  loadZeroNight: 'consumo_nullo_di_notte',
  pvAtNight: 'produzione_di_notte',
  clock: 'orologio',
}
