import type { AlwaysOn } from './always-on.ts'
import { alwaysOn } from './always-on.ts'
import { followDay, limitsFor, NEW_TRACK, type Residual, type Signs, type Track, usualOf } from './anomaly.ts'
import { causeOf } from './cause.ts'
import type { CommunityDay, HourSeries, Roof } from './community-day.ts'
import type { Finding } from './finding.ts'
import {
  clearShares,
  type Expected,
  expectedFromPeers,
  LEARNING_DAYS,
  LEARNING_LAG,
  LEAST_PEERS,
  learnPeers,
  type ModelledDay,
  type PeerRatio,
} from './peer-baseline.ts'
import { median } from './robust.ts'

/** What is remembered of a house between two days. Plain data: saved as it is. */
export interface PlantMemory {
  readonly peers: readonly PeerRatio[]
  readonly track: Track
  /** Ratio of the always-on rule on good days, the last of them. */
  readonly ratios: readonly number[]
  /** Days in a row below the always-on threshold. */
  readonly below: number
  /** Days from which nothing is to be learned, the last of them. */
  readonly unfit: readonly number[]
  readonly finding: Finding | null
}

export interface DiagnosisState {
  /** The day that was judged last; null before the first. */
  readonly day: number | null
  readonly houses: { readonly [house: string]: PlantMemory }
}

export const NEW_DIAGNOSIS: DiagnosisState = { day: null, houses: {} }

const NEW_MEMORY: PlantMemory = { peers: [], track: NEW_TRACK, ratios: [], below: 0, unfit: [], finding: null }

/** Why there is no verdict on a house, or that there is one. */
export const STANDINGS = ['judged', 'tooFew', 'learning', 'noData', 'setAside'] as const
export type Standing = (typeof STANDINGS)[number]

export interface Verdict {
  readonly house: string
  readonly standing: Standing
  readonly finding: Finding | null
  readonly always: AlwaysOn | null
  /** The ratio of the always-on rule that is usual for the house; null while it is not known. */
  readonly usual: number | null
  readonly signs: Signs | null
  readonly madeWh: number | null
  readonly expectedWh: number | null
  /** Wh per hour that the peers foretell. */
  readonly expected: HourSeries | null
  readonly peers: number
}

export interface DiagnosisInput {
  /** Consecutive days with their clear sky, the judged one last; LOOK_BACK of them where there are as many. */
  readonly days: readonly (CommunityDay & { readonly clear: ReadonlyMap<string, HourSeries> })[]
  readonly roofs: readonly Roof[]
  /** Houses that take no part: wrong wiring or clock, a battery behind the inverter. */
  readonly setAside: ReadonlySet<string>
  /** Share of what is usual below which the always-on rule speaks, 0..1. */
  readonly threshold: number
  readonly minHouses: number
}

/** Days that a judgement looks at: those learned from, the lag, and the judged one. */
export const LOOK_BACK = LEARNING_DAYS + LEARNING_LAG + 1
const UNFIT_KEPT = 130
const RATIOS_KEPT = 45
/** Before so many good days the usual ratio of a house is not known, and only a gross departure counts. */
const LEAST_RATIOS = 14
const UNKNOWN_USUAL_FACTOR = 0.8

/**
 * Judges one day of all houses, after it is over: the state with what was learned, and a verdict for each roof. It looks at nothing
 * later than the day. A house with a finding is no peer, and its days since the fault teach nothing.
 */
export function diagnoseDay(
  state: DiagnosisState,
  input: DiagnosisInput,
): { state: DiagnosisState; verdicts: Map<string, Verdict> } {
  const { roofs, setAside, threshold, minHouses } = input
  const judged = roofs.filter((r) => r.peakPower > 0 && !setAside.has(r.id))
  const days = input.days.map((day): ModelledDay => ({ ...day, unfit: unfitOn(state, day.day) }))
  const today = days.at(-1)
  const verdicts = new Map<string, Verdict>()
  if (!today) return { state, verdicts }
  const shares = clearShares(days.slice(-LOOK_BACK, -LEARNING_LAG), judged)
  const always = alwaysOn(days, judged)
  const unwell = new Set(judged.filter((r) => state.houses[r.id]?.finding).map((r) => r.id))
  const houses: { [house: string]: PlantMemory } = {}
  for (const roof of roofs) {
    const before = state.houses[roof.id] ?? NEW_MEMORY
    if (!judged.includes(roof)) {
      houses[roof.id] = { ...NEW_MEMORY, unfit: [...before.unfit, today.day].slice(-UNFIT_KEPT) }
      verdicts.set(roof.id, blank(roof.id, 'setAside'))
      continue
    }
    const learned = learnPeers(roof.id, shares)
    const peers = learned.length >= LEAST_PEERS || before.peers.length === 0 ? learned : before.peers
    const expected = expectedFromPeers(roof, today, peers, unwell)
    const { memory, verdict } = judge({
      roof,
      day: today,
      before: { ...before, peers },
      expected,
      always: always.get(roof.id) ?? null,
      threshold,
      enough: judged.length >= minHouses,
    })
    houses[roof.id] = memory
    verdicts.set(roof.id, verdict)
  }
  return { state: { day: today.day, houses }, verdicts }
}

/** Houses from whose measurements of a day nothing is to be learned, as far as it is known by now. */
export function unfitOn(state: DiagnosisState, day: number): Set<string> {
  return new Set(Object.entries(state.houses).flatMap(([house, memory]) => (memory.unfit.includes(day) ? [house] : [])))
}

interface Case {
  readonly roof: Roof
  readonly day: ModelledDay
  readonly before: PlantMemory
  readonly expected: Expected
  readonly always: AlwaysOn | null
  readonly threshold: number
  readonly enough: boolean
}

function judge(c: Case): { memory: PlantMemory; verdict: Verdict } {
  const { roof, before, expected, always } = c
  const { day } = c.day
  const made = c.day.houses.get(roof.id)?.produced ?? null
  const followed =
    made && c.enough && expected.peers >= LEAST_PEERS
      ? followDay(before.track, { roof, day, made, expected, excluded: before.finding !== null })
      : null
  const usual = before.ratios.length >= LEAST_RATIOS ? median(before.ratios) : null
  const limit = usual === null ? c.threshold * UNKNOWN_USUAL_FACTOR : c.threshold * usual
  const ratio = c.enough && made ? (always?.ratio ?? null) : null
  const below = ratio === null ? before.below : ratio < limit ? before.below + 1 : 0
  const track = followed?.track ?? before.track
  const signs = followed?.signs ?? null
  const finding = nextFinding({ c, track, signs, below, ratio, usual, limit })
  const residual = signs ? track.residuals.at(-1) : undefined
  const isUnfit = finding !== null || residual?.unfit === true
  const unfit = unfitDays(before.unfit, finding, day, isUnfit)
  const memory: PlantMemory = {
    peers: before.peers,
    track: finding ? { ...track, residuals: markSince(track.residuals, finding.since) } : track,
    ratios: ratio === null || isUnfit ? before.ratios : [...before.ratios, round4(ratio)].slice(-RATIOS_KEPT),
    below,
    unfit,
    finding,
  }
  return {
    memory,
    verdict: {
      house: roof.id,
      standing: standingOf(c, made !== null, signs !== null || ratio !== null),
      finding,
      always,
      usual,
      signs,
      madeWh: residual?.madeWh ?? null,
      expectedWh: residual?.expectedWh ?? null,
      expected: signs ? expected.wh : null,
      peers: expected.peers,
    },
  }
}

function standingOf(c: Case, heard: boolean, compared: boolean): Standing {
  if (!c.enough) return 'tooFew'
  if (!heard) return 'noData'
  return compared ? 'judged' : 'learning'
}

function unfitDays(before: readonly number[], finding: Finding | null, day: number, isUnfit: boolean): number[] {
  const days = new Set(before)
  if (isUnfit) days.add(day)
  if (finding) for (let d = Math.max(finding.since, day - UNFIT_KEPT); d <= day; d += 1) days.add(d)
  return [...days].sort((a, b) => a - b).slice(-UNFIT_KEPT)
}

function markSince(residuals: readonly Residual[], since: number): Residual[] {
  return residuals.map((r) => (r.day >= since && !r.unfit ? { ...r, unfit: true } : r))
}

interface Evidence {
  readonly c: Case
  readonly track: Track
  readonly signs: Signs | null
  readonly below: number
  readonly ratio: number | null
  readonly usual: number | null
  readonly limit: number
}

/** A day with too little data changes nothing: silence is not a fault, nor its end. */
function nextFinding(e: Evidence): Finding | null {
  const { c, track, signs } = e
  const open = c.before.finding
  const { day } = c.day
  if (signs === null && e.ratio === null) return open
  const { patience } = limitsFor(c.expected.peers)
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
  const { c, track, signs } = e
  const { day } = c.day
  const { patience } = limitsFor(c.expected.peers)
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
  const { c, track, signs, ratio, usual } = e
  const { centre, spread } = usualOf(track.residuals.filter((r) => r.day < finding.since))
  const scale = Math.exp(centre ?? 0)
  const lost = track.residuals
    .filter((r) => r.day >= finding.since)
    .reduce((sum, r) => sum + Math.max(0, r.expectedWh * scale - r.madeWh), 0)
  const loss = signs
    ? Math.max(0, 1 - Math.exp(medianOf(track.residuals.slice(-3).map((r) => r.x)) - (centre ?? 0)))
    : Math.max(0, 1 - (ratio ?? 1) / (usual ?? 1))
  const known = c.expected.peers >= 5 ? 0.95 : c.expected.peers >= 3 ? 0.8 : 0.6
  const strength = 1 - Math.exp(-loss / (2.5 * Math.max(0.01, spread)))
  const duration = Math.min(1, 0.6 + 0.1 * (c.day.day - finding.since + 1))
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

function round4(value: number): number {
  return Math.round(value * 1e4) / 1e4
}
