import { decideLoads } from './control.ts'
import type { ControlSettings, ForecastHour, LoadImage, ReportedRelay } from './control-image.ts'
import { DEFAULT_CONTROL } from './control-image.ts'
import type { ControlState, LoadDay } from './control-state.ts'
import { FIRST_CONTROL, firstLoad } from './control-state.ts'
import type { LoadDecision } from './decision.ts'
import type { Load } from './load.ts'
import { loadKey } from './load.ts'
import type { PastDay } from './outlook.ts'
import { SECOND } from './time.ts'

/** Measured power of a house without its loads, mean W until the next sample. */
export interface HouseSample {
  readonly at: number
  readonly productionW: number
  readonly baseW: number
}

/** What befalls a simulated day, at an instant. */
export type Happening = { readonly at: number } & (
  | { readonly kind: 'powerCut'; readonly untilAt: number }
  | { readonly kind: 'silentMeter'; readonly untilAt: number }
  | { readonly kind: 'override'; readonly load: string; readonly on: boolean; readonly durationS: number }
  | { readonly kind: 'wallSwitch'; readonly load: string; readonly on: boolean | null }
)

export interface Simulation {
  readonly house: string
  readonly zone: string
  readonly limitW: number
  readonly loads: readonly Load[]
  /** In order of time. */
  readonly samples: readonly HouseSample[]
  readonly to: number
  readonly happenings?: readonly Happening[]
  readonly forecast?: readonly ForecastHour[]
  readonly past?: readonly PastDay[]
  readonly settings?: ControlSettings
  /** Drinking water was hot when it began; else its Legionella cycle is due within a day. */
  readonly hotWater?: boolean
  readonly stepS?: number
}

/** A change of a relay, or of the reason why it is as it is. */
export interface SimulatedChange {
  readonly at: number
  readonly load: string
  readonly relayOn: boolean
  readonly decision: LoadDecision
  readonly switched: boolean
}

export interface SimulatedMoment {
  readonly at: number
  readonly productionW: number
  readonly consumptionW: number
  /** Draw of each load, W, in the order of the simulation's loads. */
  readonly drawW: readonly number[]
  readonly on: readonly boolean[]
}

export interface SimulatedDay {
  readonly changes: readonly SimulatedChange[]
  readonly moments: readonly SimulatedMoment[]
  readonly finished: readonly LoadDay[]
  /** What the controller remembers at the end. */
  readonly state: ControlState
}

/**
 * Runs measured days through the real controller, with relays that obey at once and appliances that use what they need: the
 * same code that decides in the hub, without hub, broker and hardware. Same arguments, same result.
 */
export function simulate(simulation: Simulation): SimulatedDay {
  const { house, zone, loads, limitW, to, samples } = simulation
  const { stepS = 30, happenings = [], settings = DEFAULT_CONTROL } = simulation
  const from = samples[0]?.at ?? to
  const relays = loads.map((load) => newRelay(load))
  const changes: SimulatedChange[] = []
  const moments: SimulatedMoment[] = []
  const finished: LoadDay[] = []
  const known = loads.filter((load) => load.legionella && simulation.hotWater !== false)
  const legionella = { hotAt: 0, hotForS: 0, verified: true }
  let state: ControlState = {
    ...FIRST_CONTROL,
    loads: Object.fromEntries(known.map((load) => [loadKey(load), { ...firstLoad(0), legionella }])),
    past: { [house]: simulation.past ?? [] },
  }
  let index = 0
  let boot = 1
  let isCut = false
  let heardAt = from
  let heard = { productionW: 0, consumptionW: 0 }
  const told = new Map<string, string>()
  for (let at = from; at < to; at += stepS * SECOND) {
    while ((samples[index + 1]?.at ?? Number.POSITIVE_INFINITY) <= at) index += 1
    const { productionW = 0, baseW = 0 } = samples[index] ?? {}
    const elapsed = at - from
    const lasting = happenings.filter((h) => h.at <= at && (!('untilAt' in h) || h.untilAt > at))
    const cutNow = lasting.some((h) => h.kind === 'powerCut')
    if (cutNow) for (const relay of relays) Object.assign(relay, newRelay(relay.load), { missingWh: relay.missingWh })
    if (isCut && !cutNow) boot += 1
    isCut = cutNow
    for (const relay of relays) {
      relay.wall = lastOf(lasting, 'wallSwitch', relay.load.id)?.on ?? null
      if (relay.wall !== null && relay.on !== relay.wall) Object.assign(relay, { on: relay.wall, changedAt: at })
      useEnergy(relay, stepS)
    }
    const drawW = relays.map((relay) => (cutNow ? 0 : drawOf(relay)))
    const consumptionW = cutNow ? 0 : baseW + drawW.reduce((sum, w) => sum + w, 0)
    moments.push({ at, productionW: cutNow ? 0 : productionW, consumptionW, drawW, on: relays.map((r) => r.on) })
    if (cutNow) continue
    if (!lasting.some((h) => h.kind === 'silentMeter')) {
      heardAt = at
      heard = { productionW, consumptionW }
    }
    const ageS = (at - heardAt) / SECOND
    const fresh = ageS <= 120 ? heard : { productionW: null, consumptionW: null }
    const outcome = decideLoads(
      {
        ...{ now: at, elapsed, clockCertain: true, zone, settings },
        houses: [
          {
            ...{ id: house, ...fresh, ageS, limitW, shadow: false, forecast: simulation.forecast ?? [] },
            loads: relays.map((relay) => imageOf(relay, at, boot, lastOf(lasting, 'override', relay.load.id), from)),
          },
        ],
      },
      state,
    )
    state = outcome.state
    finished.push(...outcome.finished)
    for (const relay of relays) {
      const decision = outcome.decisions.find((d) => d.load === relay.load.id)
      if (!decision) continue
      const switched = obey(relay, decision, at)
      const word = `${relay.on} ${decision.rule}`
      if (told.get(relay.load.id) === word) continue
      told.set(relay.load.id, word)
      changes.push({ at, load: relay.load.id, relayOn: relay.on, decision, switched })
    }
  }
  return { changes, moments, finished, state }
}

interface Relay {
  readonly load: Load
  on: boolean
  changedAt: number
  wall: boolean | null
  /** What the appliance could still use, Wh; null = it uses its power whenever it is on. */
  missingWh: number | null
  calls: boolean
}

function newRelay(load: Load): Relay {
  const needWh = ((load.dailyNeed?.runS ?? 7200) / 3600) * load.ratedW
  const missingWh = load.thermostat ? 0.6 * needWh : null
  return { load, on: load.rest === 'on', changedAt: Number.NEGATIVE_INFINITY, wall: null, missingWh, calls: true }
}

/** Heat is used evenly over the day, as much as the daily need brings; the thermostat asks for more once a fifth is missing. */
function useEnergy(relay: Relay, stepS: number): void {
  if (relay.missingWh === null) return
  const needWh = ((relay.load.dailyNeed?.runS ?? 7200) / 3600) * relay.load.ratedW
  relay.missingWh += (needWh * stepS) / 86_400 - (drawOf(relay) * stepS) / 3600
  if (relay.missingWh <= 0) relay.calls = false
  else if (relay.missingWh > 0.2 * needWh) relay.calls = true
}

const drawOf = ({ on, calls, missingWh, load }: Relay) => (on && (missingWh === null || calls) ? load.ratedW : 0)

function imageOf(
  relay: Relay,
  at: number,
  boot: number,
  override: (Happening & { kind: 'override' }) | undefined,
  from: number,
): LoadImage {
  const { load } = relay
  const lockS = relay.on ? 0 : Math.max(0, load.minOffS - (at - relay.changedAt) / SECOND)
  const report: ReportedRelay = {
    on: relay.on,
    origin: relay.wall !== null ? 'interruttore' : relay.on === (load.rest === 'on') ? 'riposo' : 'comando',
    lockS: load.rest === 'off' ? lockS : 0,
    powerW: load.thermostat ? drawOf(relay) : null,
    temperatureC: null,
  }
  const taken = override && { on: override.on, until: override.at - from + override.durationS * SECOND }
  return { load, report, boot, override: taken ?? null }
}

/** A relay does what it is told, but for the wall switch and its own minimum off. */
function obey(relay: Relay, { act, on }: LoadDecision, at: number): boolean {
  if (act === 'leave' || relay.wall !== null || relay.on === on) return false
  if (on && relay.load.rest === 'off' && (at - relay.changedAt) / SECOND < relay.load.minOffS) return false
  relay.on = on
  relay.changedAt = at
  return true
}

function lastOf<K extends 'override' | 'wallSwitch'>(happenings: readonly Happening[], kind: K, load: string) {
  return happenings.findLast((h): h is Extract<Happening, { kind: K }> => h.kind === kind && h.load === load)
}

/** Finished days as the planner learns from them, of the samples before a simulation. */
export function pastOf(samples: readonly HouseSample[], zone: string): readonly PastDay[] {
  const days = new Map<string, { produced: number[]; base: number[]; count: number[] }>()
  for (const { at, productionW, baseW } of samples) {
    const civil = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
    const name = civil.toPlainDate().toString()
    const none = () => new Array<number>(24).fill(0)
    const day = days.get(name) ?? { produced: none(), base: none(), count: none() }
    days.set(name, day)
    const add = (values: number[], w: number) => {
      values[civil.hour] = (values[civil.hour] ?? 0) + w
    }
    add(day.produced, productionW)
    add(day.base, baseW)
    add(day.count, 1)
  }
  return [...days].map(([day, { produced, base, count }]) => {
    const mean = (values: readonly number[]) =>
      values.map((sum, h) => ((count[h] ?? 0) === 0 ? null : Math.round(sum / (count[h] ?? 1))))
    return { day, producedW: mean(produced), baseW: mean(base) }
  })
}
