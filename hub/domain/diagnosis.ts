import type { AlwaysOn } from './always-on.ts'
import { alwaysOn } from './always-on.ts'
import { followDay, NEW_TRACK, type Residual, type Signs, type Track } from './anomaly.ts'
import type { CommunityDay, HourSeries, Roof } from './community-day.ts'
import type { Finding } from './finding.ts'
import { nextFinding } from './finding-rules.ts'
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
import { median, round4 } from './robust.ts'

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

export const NEW_MEMORY: PlantMemory = { peers: [], track: NEW_TRACK, ratios: [], below: 0, unfit: [], finding: null }

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
  /** The day is not over: nothing is learned, and only what stands still is to be told of it. */
  readonly running?: boolean
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
  const shares = input.running ? null : clearShares(days.slice(-LOOK_BACK, -LEARNING_LAG), judged)
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
    const learned = shares ? learnPeers(roof.id, shares) : before.peers
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
      running: input.running === true,
    })
    houses[roof.id] = memory
    verdicts.set(roof.id, verdict)
  }
  return { state: { day: today.day, houses }, verdicts }
}

/** Memory of a house whose hours before a day were wrong: nothing learned from them stays. */
export function forgetBefore(day: number): PlantMemory {
  return { ...NEW_MEMORY, unfit: Array.from({ length: LOOK_BACK }, (_, i) => day - LOOK_BACK + i) }
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
  readonly running: boolean
}

function judge(c: Case): { memory: PlantMemory; verdict: Verdict } {
  const { roof, before, expected, always } = c
  const { day } = c.day
  const made = c.day.houses.get(roof.id)?.produced ?? null
  const followed =
    made && c.enough && expected.peers >= LEAST_PEERS
      ? followDay(before.track, { roof, day, made, expected, excluded: before.finding !== null, running: c.running })
      : null
  const usual = before.ratios.length >= LEAST_RATIOS ? median(before.ratios) : null
  const limit = usual === null ? c.threshold * UNKNOWN_USUAL_FACTOR : c.threshold * usual
  const ratio = c.enough && made ? (always?.ratio ?? null) : null
  const below = ratio === null ? before.below : ratio < limit ? before.below + 1 : 0
  const track = followed?.track ?? before.track
  const signs = followed?.signs ?? null
  const finding = nextFinding({
    day,
    peers: expected.peers,
    open: before.finding,
    track,
    signs,
    below,
    ratio,
    usual,
    limit,
  })
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

function blank(house: string, standing: Standing): Verdict {
  return {
    house,
    standing,
    finding: null,
    always: null,
    usual: null,
    signs: null,
    madeWh: null,
    expectedWh: null,
    expected: null,
    peers: 0,
  }
}
