import { limitsFor, type Signs, type Track, usualOf } from './anomaly.ts'
import { causeOf } from './cause.ts'
import type { Finding } from './finding.ts'
import { median, round4 } from './robust.ts'

/** What a day says of a plant, for opening, keeping or closing a finding. */
export interface Evidence {
  readonly day: number
  /** Houses that spoke of the expected energy. */
  readonly peers: number
  readonly open: Finding | null
  readonly track: Track
  readonly signs: Signs | null
  readonly below: number
  readonly ratio: number | null
  readonly usual: number | null
  readonly limit: number
}

/** The finding after a day, or null. A day with too little data changes nothing: silence is not a fault, nor its end. */
export function nextFinding(e: Evidence): Finding | null {
  const { track, signs, open, day } = e
  if (signs === null && e.ratio === null) return open
  const { patience } = limitsFor(e.peers)
  const sign = signs === null ? null : signOf(track, patience)
  const always = e.below >= ALWAYS_RUN
  if (open) return keepOpen(e, open, always)
  if (sign === null && !always) return null
  const cause = signs ? causeOf(track, signs) : 'unknown'
  const since = signs ? onsetOf(track, signs, day) : day - 6
  const grade = always || (signs !== null && isCertain(track, signs, patience)) ? 'alert' : 'warning'
  return withLoss(e, {
    cause,
    grade,
    since,
    foundOn: day,
    alertOn: grade === 'alert' ? day : null,
    sign: sign ?? 'always',
    loss: 0,
    lostWh: 0,
    confidence: 0,
    wellDays: 0,
  })
}

const ALWAYS_RUN = 2
const WELL_DAYS = 3

function signOf(track: Track, patience: number) {
  if (track.runs.off >= 1) return 'off'
  if (track.runs.level >= patience) return 'level'
  if (track.runs.shape >= patience + 1) return 'shape'
  return track.runs.slow >= patience + 1 ? 'slow' : null
}

/** Worth telling: it lasts, and it costs. */
function isCertain(track: Track, signs: Signs, patience: number): boolean {
  const { runs } = track
  if (runs.off >= 2 || signs.stillHours >= 6) return true
  if (runs.level >= patience + 2 && signs.level < -0.09) return true
  return runs.shape >= patience + 4 || runs.slow >= patience + 4
}

function keepOpen(e: Evidence, open: Finding, always: boolean): Finding | null {
  const { track, signs, day } = e
  const { patience } = limitsFor(e.peers)
  const well = signs ? isWell(signs) && !always : e.ratio !== null && e.ratio > 1.08 * e.limit
  const wellDays = well ? open.wellDays + 1 : 0
  if (wellDays >= WELL_DAYS) return null
  const certain = always || (signs !== null && isCertain(track, signs, patience))
  const grade = open.grade === 'alert' || certain ? 'alert' : 'warning'
  const cause = open.alertOn !== null || !signs || well ? open.cause : causeOf(track, signs)
  const alertOn = open.alertOn ?? (grade === 'alert' ? day : null)
  return withLoss(e, { ...open, cause, grade, alertOn, wellDays })
}

function isWell(signs: Signs): boolean {
  return signs.seen.length === 0 && signs.today > -0.035 && signs.stillHours === 0
}

/** Loss, energy and confidence as they stand after the day. */
function withLoss(e: Evidence, finding: Finding): Finding {
  const { track, signs, ratio, usual, peers, day } = e
  const { centre, spread } = usualOf(track.residuals.filter((r) => r.day < finding.since))
  const scale = Math.exp(centre ?? 0)
  const lost = track.residuals
    .filter((r) => r.day >= finding.since)
    .reduce((sum, r) => sum + Math.max(0, r.expectedWh * scale - r.madeWh), 0)
  const loss = signs
    ? Math.max(0, 1 - Math.exp(medianOf(track.residuals.slice(-3).map((r) => r.x)) - (centre ?? 0)))
    : Math.max(0, 1 - (ratio ?? 1) / (usual ?? 1))
  const known = peers >= 5 ? 0.95 : peers >= 3 ? 0.8 : 0.6
  const strength = 1 - Math.exp(-loss / (2.5 * Math.max(0.01, spread)))
  const duration = Math.min(1, 0.6 + 0.1 * (day - finding.since + 1))
  const confidence = known * strength * (finding.sign === 'off' ? 1 : duration)
  return { ...finding, loss: round4(loss), lostWh: Math.round(lost), confidence: Math.round(confidence * 100) / 100 }
}

function medianOf(values: readonly number[]): number {
  return median(values) ?? 0
}

/** The first day of the loss: back from today as long as days were below the usual, one better day forgiven. */
function onsetOf(track: Track, signs: Signs, day: number): number {
  const { residuals } = track
  const limit = Math.min(-0.02, 0.35 * signs.level)
  let since = day
  let misses = 0
  for (const r of residuals.toReversed()) {
    if (r.x - (signs.centre ?? 0) < limit) since = r.day
    else if (++misses > 1) break
  }
  return since
}
