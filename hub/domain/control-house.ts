import type { ControlSettings, HouseControl, LoadImage } from './control-image.ts'
import { needOf, planHouse } from './control-needs.ts'
import type { Moment } from './control-observe.ts'
import { drawOf, learnedW, observeLoad } from './control-observe.ts'
import { gatherHour, withRunningHour } from './control-past.ts'
import type { Need, Verdict } from './control-rules.ts'
import { isSafeReturn, judge } from './control-rules.ts'
import type { HouseMemory, LoadMemory } from './control-state.ts'
import { firstHouse } from './control-state.ts'
import type { DecisionInputs, Rule } from './decision.ts'
import type { Load } from './load.ts'
import { loadKey } from './load.ts'
import type { PastDay } from './outlook.ts'
import { MINUTE, SECOND } from './time.ts'

/** One load on its way through a decision. */
export interface Judged {
  readonly image: LoadImage
  readonly memory: LoadMemory
  verdict: Verdict
  /** What it is taken to draw now, W. */
  readonly drawW: number
}

export interface HouseOutcome {
  readonly house: HouseControl
  readonly memory: HouseMemory
  readonly past: readonly PastDay[]
  readonly loads: readonly Judged[]
  /** Balance of the house with its loads as they are taken to be, W: + surplus; null = not known. */
  readonly balanceW: number | null
}

/** Off for the sake of the fuse, a load stays off for this, ms. */
const FUSE_REST = 5 * MINUTE
/** Shed once, it comes back when the connection carries this many times its power. */
const FUSE_ROOM = 1.2
/** After a power cut the first load waits this long, and up to as much again by its house, ms. */
const AFTER_CUT = 2 * MINUTE
/** A relay told to switch is taken to have done so for this long, ms. */
const PENDING = MINUTE

/** Decides for the loads of one house: each by the rules, then all together by the connection and one start at a time. */
export function decideHouse(
  house: HouseControl,
  known: { readonly loads: { readonly [key: string]: LoadMemory }; readonly house: HouseMemory | undefined },
  knownPast: readonly PastDay[],
  at: Moment,
  settings: ControlSettings,
): HouseOutcome {
  const memory = known.house ? { ...known.house } : firstHouse()
  noticePowerCut(house, memory, at)
  const inOrder = house.loads.toSorted((a, b) => a.load.priority - b.load.priority || (a.load.id < b.load.id ? -1 : 1))
  const seen = inOrder.map((image) => {
    const own = observeLoad(known.loads[loadKey(image.load)], image, house, memory, at)
    return { image, memory: own, drawW: takenDraw(image, own, house, at) }
  })
  const measured = measuredBase(house, seen, at)
  const balanceW = measured && measured.productionW - measured.baseW - seen.reduce((sum, s) => sum + s.drawW, 0)
  const past = house.loads.length === 0 ? knownPast : gatherHour(memory, knownPast, measured, at)
  const bankedW = settings.hourlyNetting ? bankedOf(memory, seen, at) : 0
  const needs = new Map<Load, Need>()
  for (const { image, memory: own } of seen) {
    const need = needOf(image.load, own, at)
    if (need) needs.set(image.load, need)
  }
  const plans = planHouse(house, needs, () => withRunningHour(memory, past), memory, at)
  if (measured) countUse(seen, measured.productionW - measured.baseW, at)
  const loads: Judged[] = seen.map((one, index) => {
    const { image, memory: own, drawW } = one
    const later = seen
      .slice(index + 1)
      .filter((s) => s.memory.on && isHubs(s.image))
      .reduce((sum, s) => sum + s.drawW, 0)
    const verdict = judge(
      {
        image,
        house,
        at,
        settings,
        availableW: balanceW === null ? null : balanceW + drawW + later + bankedW,
        plan: plans[image.load.id] ?? null,
        need: needs.get(image.load) ?? null,
        isCarried: carriedBy(image.load, seen),
        neededBy: neededBy(image.load, seen),
      },
      own,
    )
    return { ...one, verdict }
  })
  holdToFuse(house, loads, balanceW, at)
  const spareW = balanceW === null ? null : house.limitW + balanceW + shedPower(loads)
  startOneByOne(loads, house, memory, spareW, at, settings)
  memory.lastConsumptionW = house.consumptionW
  return { house, memory, past, loads, balanceW }
}

/** Where the settlement nets by the hour: what this hour has given to the grid so far, spread over what is left of it, W. */
function bankedOf(memory: HouseMemory, seen: readonly Omit<Judged, 'verdict'>[], at: Moment): number {
  const { hour } = memory
  if (!hour) return 0
  const usedWh = seen.reduce((sum, { memory: own }) => sum + (own.usedWh[hour.hour] ?? 0), 0)
  const leftS = Math.max(LEAST_LEFT_S, 3600 - (at.minute % 60) * 60)
  return ((hour.producedWh - hour.baseWh - usedWh) * 3600) / leftS
}

/** Books what each load used; own sun goes to the loads in their order. */
function countUse(seen: readonly Omit<Judged, 'verdict'>[], surplusW: number, at: Moment): void {
  let spareW = Math.max(0, surplusW)
  const hour = Math.floor(at.minute / 60)
  for (const { memory, drawW } of seen) {
    if (drawW === 0) continue
    const own = Math.min(drawW, spareW)
    spareW -= own
    memory.usedWh = memory.usedWh.with(hour, (memory.usedWh[hour] ?? 0) + (drawW * at.dtS) / 3600)
    memory.ownWh = memory.ownWh.with(hour, (memory.ownWh[hour] ?? 0) + (own * at.dtS) / 3600)
  }
}

const isHubs = ({ report }: LoadImage) =>
  report !== null && report.origin !== 'interruttore' && report.origin !== 'servizio'

function noticePowerCut(house: HouseControl, memory: HouseMemory, at: Moment): void {
  const boots = house.loads.flatMap(({ boot }) => (boot === null ? [] : [boot]))
  if (boots.length === 0) return
  const boot = Math.max(...boots)
  if (memory.boot !== null && boot !== memory.boot) memory.powerAt = at.elapsed
  memory.boot = boot
}

/** What a load is taken to draw: measured where it has settled, else its learned power if it is, or is about to be, on. */
function takenDraw(image: LoadImage, memory: LoadMemory, house: HouseControl, at: Moment): number {
  const isPending = memory.wanted !== null && memory.wanted !== memory.on && at.elapsed - memory.wantedAt < PENDING
  const isOn = isPending ? memory.wanted : memory.on
  if (!isOn || !image.report) return 0
  const isMeasured = image.report.on && !house.shadow && !isAfter(memory, house, at)
  return isMeasured ? drawOf(image, memory, house) : learnedW(image.load, memory.steps)
}

/** The relay changed after its house was measured. */
function isAfter(memory: LoadMemory, house: HouseControl, at: Moment): boolean {
  return memory.changedAt > at.elapsed - (house.ageS ?? 0) * SECOND
}

/** Production and the consumption without the loads: what they drew when it was measured is taken out. */
function measuredBase(
  house: HouseControl,
  seen: readonly { readonly image: LoadImage; readonly memory: LoadMemory }[],
  at: Moment,
): { productionW: number; baseW: number } | null {
  const { productionW, consumptionW } = house
  if (productionW === null || consumptionW === null) return null
  let drawn = 0
  for (const { image, memory } of seen) {
    if (!image.report) continue
    const changed = !house.shadow && isAfter(memory, house, at)
    if (!changed) drawn += drawOf(image, memory, house)
    else if (!image.report.on) drawn += learnedW(image.load, memory.steps)
  }
  return { productionW, baseW: Math.max(0, consumptionW - drawn) }
}

type Seen = readonly { readonly image: LoadImage; readonly memory: LoadMemory }[]

function carriedBy(load: Load, seen: Seen): boolean | null {
  if (load.needs === null) return null
  const carrier = seen.find(({ image }) => image.load.id === load.needs)
  return carrier?.memory.on === true && (carrier.image.report?.powerW ?? 1) > 0
}

function neededBy(load: Load, seen: Seen): string | null {
  const by = seen.find(({ image, memory }) => image.load.needs === load.id && (memory.asks || memory.on === true))
  return by?.image.load.id ?? null
}

export function overrule(one: Judged, on: boolean, rule: Rule, inputs: DecisionInputs, inMs: number | null): void {
  const { verdict } = one
  one.verdict = {
    on,
    rule,
    inputs: { ...verdict.inputs, ...inputs },
    countdown: inMs === null ? null : { to: on ? 'off' : 'on', inS: Math.max(0, inMs / SECOND) },
    alternative: { on: verdict.on, rule: verdict.rule },
  }
}

const UNTOUCHED: readonly Rule[] = ['unknown', 'hardware', 'wallSwitch', 'service']

/** Sheds at once, last in priority first, people's orders last of all, until the connection carries what is left. */
function holdToFuse(house: HouseControl, loads: readonly Judged[], balanceW: number | null, at: Moment): void {
  const limitW = house.limitW
  for (const one of loads) {
    const { fuseAt } = one.memory
    const left = fuseAt === null ? 0 : fuseAt + FUSE_REST - at.elapsed
    if (left > 0 && one.verdict.on && !UNTOUCHED.includes(one.verdict.rule)) {
      overrule(one, false, 'fuse', { limitW }, left)
    }
  }
  if (balanceW === null) return
  let overW = -balanceW - limitW - shedPower(loads)
  const order = loads.toReversed().sort((a, b) => rank(a) - rank(b))
  for (const one of order) {
    if (overW <= 0) return
    if (!one.verdict.on || one.drawW < 50 || UNTOUCHED.includes(one.verdict.rule)) continue
    overW -= one.drawW
    one.memory.fuseAt = at.elapsed
    overrule(one, false, 'fuse', { limitW, drawW: Math.round(one.drawW) }, FUSE_REST)
  }
}

const rank = ({ verdict }: Judged) => (verdict.rule === 'override' || verdict.rule === 'legionella' ? 1 : 0)

/** What the loads draw that are about to be switched off, W. */
function shedPower(loads: readonly Judged[]): number {
  return loads.reduce((sum, { verdict, drawW }) => sum + (verdict.on ? 0 : drawW), 0)
}

/** Of the loads that would start, one does in each settle window, the first in priority; none that the connection does not carry. */
function startOneByOne(
  loads: readonly Judged[],
  house: HouseControl,
  memory: HouseMemory,
  spareW: number | null,
  at: Moment,
  settings: ControlSettings,
): void {
  let spare = spareW ?? house.limitW - loads.reduce((sum, { drawW }) => sum + drawW, 0)
  for (const one of loads) {
    const { verdict, memory: own, image } = one
    if (!verdict.on || own.on === true || UNTOUCHED.includes(verdict.rule)) continue
    const isReturn = isSafeReturn(image.load, verdict.rule)
    // Back to rest without a word, unless it was the connection that sent it off.
    if (isReturn && (own.fuseAt === null || spareW === null)) continue
    if (own.wanted === true && at.elapsed - own.wantedAt < PENDING) continue
    const power = learnedW(image.load, own.steps)
    if (power * (own.fuseAt === null ? 1 : FUSE_ROOM) > spare) {
      overrule(one, false, 'fuse', { limitW: house.limitW, drawW: power }, null)
      continue
    }
    const isPersons = verdict.rule === 'override' || verdict.alternative?.rule === 'override'
    if (!isPersons && !isReturn) {
      const cutEnds = memory.powerAt === null ? 0 : memory.powerAt + AFTER_CUT + staggerOf(house.id)
      const settled = memory.switchedAt === null ? 0 : memory.switchedAt + settings.settleS * SECOND
      if (cutEnds > at.elapsed) {
        overrule(one, false, 'powerCut', {}, cutEnds - at.elapsed)
        continue
      }
      if (settled > at.elapsed) {
        overrule(one, false, 'settling', {}, settled - at.elapsed)
        continue
      }
    }
    own.fuseAt = null
    spare -= power
    memory.switchedAt = at.elapsed
  }
}

/** An hour's credit is spread over no less than a start takes, s. */
const LEAST_LEFT_S = 600

/** Houses of a street do not come back in step: each has its own wait, 0..2 min, by its id. */
function staggerOf(id: string): number {
  let sum = 0
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973
  return (sum / 9973) * AFTER_CUT
}
