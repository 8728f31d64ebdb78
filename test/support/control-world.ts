import { decideLoads } from '../../hub/domain/control.ts'
import type { ControlImage, ForecastHour, ReportedRelay } from '../../hub/domain/control-image.ts'
import { DEFAULT_CONTROL } from '../../hub/domain/control-image.ts'
import type { ControlState } from '../../hub/domain/control-state.ts'
import { FIRST_CONTROL } from '../../hub/domain/control-state.ts'
import type { LegionellaNotice, LoadDecision } from '../../hub/domain/decision.ts'
import type { Load } from '../../hub/domain/load.ts'
import { loadKey } from '../../hub/domain/load.ts'

/** A relay as its node keeps it: leases that lapse, minimum off and maximum on of its own, a switch at the wall. */
export class WorldRelay {
  readonly load: Load
  on: boolean
  origin: ReportedRelay['origin'] = 'riposo'
  changedAt: number
  lease: { on: boolean; until: number; renewable: boolean; ttl: number } | null = null
  wall: boolean | null = null
  temperatureC = 45
  /** The thermostat is closed: it draws when on. */
  calls = true

  constructor(load: Load, elapsed: number) {
    this.load = load
    this.on = load.rest === 'on'
    this.changedAt = elapsed
  }

  get drawW(): number {
    return this.on && (!this.load.thermostat || this.calls) ? this.load.ratedW : 0
  }

  reboot(elapsed: number): void {
    this.lease = null
    this.on = this.load.rest === 'on'
    this.origin = 'riposo'
    this.changedAt = elapsed
  }

  lockS(elapsed: number): number {
    return this.on ? 0 : Math.max(0, this.load.minOffS - (elapsed - this.changedAt) / 1000)
  }

  /** What time does to it. */
  pass(elapsed: number, dtS: number): void {
    // As a node does: time ends a lease, and so does a hand at the wall.
    if (this.wall !== null || (this.lease && elapsed >= this.lease.until)) this.lease = null
    let target = this.wall ?? (this.lease ? this.lease.on : this.load.rest === 'on')
    let origin: ReportedRelay['origin'] = this.wall !== null ? 'interruttore' : this.lease ? 'comando' : 'riposo'
    const onForS = this.on ? (elapsed - this.changedAt) / 1000 : 0
    if (this.load.rest === 'off' && target && onForS >= this.load.maxOnS) {
      target = false
      origin = 'sicurezza'
      this.wall = null
      this.lease = null
    }
    if (target && !this.on && this.load.rest === 'off' && this.lockS(elapsed) > 0) target = false
    if (target !== this.on) {
      this.on = target
      this.changedAt = elapsed
    }
    this.origin = origin
    if (this.drawW > 0) this.temperatureC += (14 * dtS) / 3600
    else this.temperatureC -= (0.6 * dtS) / 3600
    if (this.temperatureC >= 63) this.calls = false
    if (this.temperatureC <= 57) this.calls = true
  }
}

export interface WorldHouse {
  readonly id: string
  readonly limitW: number
  readonly relays: readonly WorldRelay[]
  shadow: boolean
  boot: number
  /** Nothing comes from or gets to its node. */
  cut: boolean
  /** Its meter says nothing new since, elapsed ms; null = it does. */
  meterStuckAt: number | null
  measured: { productionW: number; consumptionW: number; at: number } | null
  override: Map<string, { on: boolean; until: number }>
  forecast: readonly ForecastHour[]
}

export function worldHouse(id: string, limitW: number, loads: readonly Load[], elapsed = 0): WorldHouse {
  return {
    id,
    limitW,
    relays: loads.map((load) => new WorldRelay(load, elapsed)),
    shadow: false,
    boot: 1,
    cut: false,
    meterStuckAt: null,
    measured: null,
    override: new Map(),
    forecast: [],
  }
}

export interface Step {
  readonly at: number
  readonly elapsed: number
  readonly decisions: readonly LoadDecision[]
  readonly legionella: readonly LegionellaNotice[]
}

const TTL_S = 180

/** Houses, their relays and a hub that decides every `stepS`; time goes by only when it is told to. */
export class World {
  readonly houses: readonly WorldHouse[]
  readonly stepS: number
  state: ControlState = FIRST_CONTROL
  elapsed = 0
  now: number
  /** Steps of the clock that are not put right yet. */
  clockSteps = 0
  hubUp = true
  zone = 'Europe/Rome'
  settings = DEFAULT_CONTROL
  /** What the sun and the rest of the house do. */
  readonly weather: (house: string, now: number) => { readonly productionW: number; readonly baseW: number }
  #trueNow: number

  constructor(
    houses: readonly WorldHouse[],
    start: number,
    weather: (house: string, now: number) => { readonly productionW: number; readonly baseW: number },
    stepS = 30,
  ) {
    this.houses = houses
    this.now = start
    this.#trueNow = start
    this.weather = weather
    this.stepS = stepS
  }

  /** The wall clock jumps; the sun does not. */
  jump(ms: number): void {
    this.now += ms
  }

  step(): Step | null {
    this.elapsed += this.stepS * 1000
    this.now += this.stepS * 1000
    this.#trueNow += this.stepS * 1000
    for (const house of this.houses) {
      for (const relay of house.relays) relay.pass(this.elapsed, this.stepS)
      if (house.meterStuckAt === null) {
        const { productionW, baseW } = this.weather(house.id, this.#trueNow)
        const drawn = house.relays.reduce((sum, r) => sum + r.drawW, 0)
        house.measured = { productionW, consumptionW: baseW + drawn, at: this.elapsed }
      }
    }
    if (!this.hubUp) return null
    const { state, decisions, legionella } = decideLoads(this.image(), this.state)
    this.state = state
    for (const decision of decisions) this.#perform(decision)
    return { at: this.now, elapsed: this.elapsed, decisions, legionella }
  }

  image(): ControlImage {
    return {
      now: this.now,
      elapsed: this.elapsed,
      clockCertain: this.clockSteps === 0,
      zone: this.zone,
      settings: this.settings,
      houses: this.houses.map((house) => {
        const ageS = house.measured ? (this.elapsed - house.measured.at) / 1000 : null
        const fresh = ageS !== null && ageS <= 120 ? house.measured : null
        return {
          id: house.id,
          productionW: fresh?.productionW ?? null,
          consumptionW: fresh?.consumptionW ?? null,
          ageS,
          limitW: house.limitW,
          shadow: house.shadow,
          forecast: house.forecast,
          loads: house.relays.map((relay) => ({
            load: relay.load,
            boot: house.boot,
            override: house.override.get(relay.load.id) ?? null,
            report: house.cut ? null : this.#report(relay),
          })),
        }
      }),
    }
  }

  relay(key: string): WorldRelay {
    const relay = this.houses.flatMap((h) => h.relays).find((r) => loadKey(r.load) === key)
    if (!relay) throw new Error(`no relay ${key} in this world`)
    return relay
  }

  #report(relay: WorldRelay): ReportedRelay {
    const { load } = relay
    return {
      on: relay.on,
      origin: relay.origin,
      lockS: load.rest === 'off' ? relay.lockS(this.elapsed) : 0,
      powerW: load.thermostat ? relay.drawW : null,
      temperatureC: load.probe ? relay.temperatureC : null,
    }
  }

  /** What the shell does of a decision: a lease away from rest, renewed in time, or its end. A cut house hears nothing. */
  #perform(decision: LoadDecision): void {
    const house = this.houses.find((h) => h.id === decision.house)
    const relay = this.relay(`${decision.house}/${decision.load}`)
    if (!house || house.cut || relay.wall !== null) return
    if (decision.act === 'rest' && relay.lease) {
      relay.lease = null
      relay.pass(this.elapsed, 0)
    }
    if (decision.act !== 'lease') return
    const ttl = (decision.ttlS ?? TTL_S) * 1000
    const { lease } = relay
    const isDue = !lease || lease.on !== decision.on || (lease.renewable && lease.until - this.elapsed < (ttl * 2) / 3)
    if (isDue) {
      relay.lease = { on: decision.on, until: this.elapsed + ttl, renewable: decision.ttlS === null, ttl }
      relay.pass(this.elapsed, 0)
    }
  }
}
