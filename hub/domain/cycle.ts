import type { AlertCode } from './alert.ts'
import type { AlertRule, BenchmarkRule } from './benchmark.ts'
import { benchmark, DARK_MEAN, MIN_SUN_ELEVATION } from './benchmark.ts'
import { decideLoads } from './control.ts'
import type { AlertDetail, Effect } from './effect.ts'
import type { Latest } from './latest.ts'
import { isFresh } from './latest.ts'
import type { LoadsOutcome, LoadsState } from './load-cycle.ts'
import { FIRST_LOADS, runLoads } from './load-cycle.ts'
import type { LoadsImage } from './load-image.ts'
import type { LoadRecord, SendCommand } from './load-record.ts'
import { followDiagnosis } from './plant-alerts.ts'
import type { WantedAlert } from './plant-health.ts'
import type { NodeStatus } from './presence.ts'
import { isOffline } from './presence.ts'
import { MINUTE, slotStart } from './time.ts'

/** Everything a tick may look at, frozen before it starts. */
export interface ProcessImage {
  readonly now: number
  /** Monotonic ms that go on over restarts and are never set: what leases, timers and minimum times count on. */
  readonly elapsed: number
  /** Whether `now` can be relied on: nothing is planned by the date while it cannot. */
  readonly clockCertain: boolean
  /** When this hub began to listen: nobody is called silent for the time before. */
  readonly listeningSince: number
  readonly houses: readonly HouseImage[]
  readonly rule: BenchmarkRule
  /** Elevation of the sun in degrees; null when the community's position is not set, or the time is not known. */
  readonly sunElevation: number | null
  /** Relay loads and the ways to their nodes; null where the image is taken for other ends. */
  readonly loads: LoadsImage | null
}

export interface HouseImage {
  readonly id: string
  readonly peakPower: number
  readonly latest: Latest
  readonly node: NodeStatus | null
  /** What the diagnosis wants told of the plant; undefined while it has not spoken. */
  readonly wanted?: readonly WantedAlert[] | undefined
  /** What a proposal to clean this roof rests on, while it waits for a person; null = there is none. */
  readonly dirt?: AlertDetail | null
}

/** An alert that is open. Plain data, saved with the tick. */
export interface Episode {
  readonly house: string
  readonly code: AlertCode
  readonly since: number
}

export interface CycleState {
  /** Start of the slot whose benchmark was made last. */
  readonly benchmarkSlot: number | null
  readonly episodes: readonly Episode[]
  readonly loads: LoadsState
}

export interface CycleOutcome {
  readonly state: CycleState
  /** Saved with the state, then performed, also by the next start. */
  readonly effects: readonly Effect[]
  /** Saved with the state. */
  readonly records: readonly LoadRecord[]
  /** For this moment only. */
  readonly commands: readonly SendCommand[]
}

export const FIRST_STATE: CycleState = { benchmarkSlot: null, episodes: [], loads: FIRST_LOADS }

/** Silence after which a node's absence is worth an alert: longer than `offline`, so that a reboot is not. */
export const OFFLINE_ALERT_AFTER = 15 * MINUTE

/**
 * One cycle: the image and the state before it give the state after it and what is to be done. Same arguments, same
 * result. The state is the same object when nothing changed.
 */
export function runCycle(image: ProcessImage, state: CycleState): CycleOutcome {
  const effects: Effect[] = []
  const episodes = new Map(state.episodes.map((e) => [`${e.house} ${e.code}`, e]))
  const known = new Set(image.houses.map((h) => h.id))
  const open: Open = (house, code, detail) => {
    if (episodes.has(`${house} ${code}`)) return
    episodes.set(`${house} ${code}`, { house, code, since: image.now })
    effects.push({ kind: 'openAlert', house, code, at: image.now, detail })
  }
  const close: Close = (house, code) => {
    if (!episodes.delete(`${house} ${code}`)) return
    effects.push({ kind: 'closeAlert', house, code, at: image.now, last: false })
  }

  const rule = alertRule(image)
  for (const episode of state.episodes) if (!known.has(episode.house)) close(episode.house, episode.code)
  for (const house of image.houses) {
    watchPresence(image, house, open, close)
    if (!(house.peakPower > 0)) close(house.id, 'performance_bassa')
    followDiagnosis(rule, house, open, close)
    if (house.dirt) open(house.id, 'pulisci_pannelli', house.dirt)
    else if (house.dirt === null) close(house.id, 'pulisci_pannelli')
  }

  const slot = slotStart(image.now)
  const verdict = slot === state.benchmarkSlot ? null : compare(image)
  // By day, and nobody has reported yet: the comparison of this slot is still to come.
  const isDue = verdict !== null && verdict.plants === 0
  if (verdict) {
    const { mean, plants, anomalous, conclusive, samples } = verdict
    if (mean !== null) effects.push({ kind: 'publishBenchmark', mean, plants, at: image.now })
    for (const sample of conclusive && rule === 'media85' ? samples : []) {
      if (anomalous.includes(sample.id)) {
        open(sample.id, 'performance_bassa', {
          rendimento: sample.normalizedYield,
          media: mean ?? 0,
          soglia: image.rule.threshold,
          impianti: plants,
        })
      } else close(sample.id, 'performance_bassa')
    }
  }
  const benchmarkSlot = isDue ? state.benchmarkSlot : slot
  const loads = image.loads && runLoads(image.loads, state.loads, decideLoads)
  watchLoads(image.houses, loads ?? NO_LOADS, open, close)
  const { records = [], commands = [] } = loads ?? {}
  const same = benchmarkSlot === state.benchmarkSlot && effects.length === 0
  if (same && !loads) return { state, effects, records, commands }
  return {
    state: {
      benchmarkSlot,
      episodes: same ? state.episodes : [...episodes.values()],
      loads: loads?.state ?? state.loads,
    },
    effects: markLast(effects, episodes.values()),
    records,
    commands,
  }
}

/** The last alert a house has closed is `last` when the cycle leaves none open there. */
function markLast(effects: readonly Effect[], episodes: Iterable<Episode>): Effect[] {
  const unwell = new Set([...episodes].map((e) => e.house))
  const marked = effects.toReversed().map((effect) => {
    if (effect.kind !== 'closeAlert' || unwell.has(effect.house)) return effect
    unwell.add(effect.house)
    return { ...effect, last: true }
  })
  return marked.reverse()
}

/** The benchmark of an image, or null in the dark. Only fresh readings of houses with a roof take part. */
export function compare(image: ProcessImage) {
  const samples = image.houses
    .filter((h) => h.peakPower > 0 && isFresh(h.latest.production, image.now))
    .map((h) => ({ id: h.id, normalizedYield: round4((h.latest.production?.w ?? 0) / h.peakPower) }))
  const result = benchmark(samples, image.rule)
  return isDark(image.sunElevation, result.mean) ? null : { ...result, samples }
}

/** Too dark to compare roofs: a low sun, or, without a position, a community that reports and makes next to nothing. */
export function isDark(sunElevation: number | null, mean: number | null): boolean {
  return sunElevation === null ? mean !== null && mean < DARK_MEAN : sunElevation < MIN_SUN_ELEVATION
}

/** The rule that alerts follow: the robust one needs the position of the community. A clock in doubt changes no rule. */
export function alertRule(image: Pick<ProcessImage, 'rule' | 'sunElevation' | 'clockCertain'>): AlertRule {
  return image.sunElevation === null && image.clockCertain ? 'media85' : (image.rule.alert ?? 'robusta')
}

const NO_LOADS = { faults: [], legionella: [] }

type Open = (house: string, code: AlertCode, detail: AlertDetail) => void
type Close = (house: string, code: AlertCode) => void

/** A house's alert of relays is open as long as one of its loads gives cause for it. */
function watchLoads(
  houses: readonly HouseImage[],
  { faults, legionella }: Pick<LoadsOutcome, 'faults' | 'legionella'>,
  open: Open,
  close: Close,
): void {
  const raise = (house: string, code: AlertCode, of: readonly { load: string; detail: AlertDetail }[]) => {
    const [first] = of
    if (first) open(house, code, { carico: first.load, ...first.detail })
    else close(house, code)
  }
  for (const { id: house } of houses) {
    for (const code of ['rele_incollato', 'carico_non_risponde'] as const) {
      const own = faults.filter((f) => f.house === house && f.fault === code)
      raise(
        house,
        code,
        own.map(({ load }) => ({ load, detail: {} })),
      )
    }
    const missed = legionella.filter((n) => n.house === house && n.missed)
    raise(
      house,
      'legionella_mancata',
      missed.map(({ load, hoursSinceHot }) => ({ load, detail: { ore: Math.round(hoursSinceHot) } })),
    )
  }
}

function watchPresence({ now, listeningSince }: ProcessImage, house: HouseImage, open: Open, close: Close): void {
  const heardAt = house.latest.production?.at ?? null
  if (!isOffline(heardAt, house.node, now)) close(house.id, 'nodo_offline')
  else if (heardAt !== null && now - Math.max(heardAt, listeningSince) > OFFLINE_ALERT_AFTER) {
    open(house.id, 'nodo_offline', { ultimo: heardAt })
  }
}

function round4(value: number): number {
  return Math.round(value * 1e4) / 1e4
}
