import type { HouseOutcome, Judged } from './control-house.ts'
import { decideHouse } from './control-house.ts'
import type { ControlImage } from './control-image.ts'
import type { Moment } from './control-observe.ts'
import type { ControlState, HouseMemory, LoadDay, LoadMemory } from './control-state.ts'
import type { Act, LegionellaNotice, LoadDecision } from './decision.ts'
import { HOT_EVERY } from './legionella.ts'
import { isOpenAt, loadKey } from './load.ts'
import { dealNeighbours } from './neighbours.ts'
import type { PastDay } from './outlook.ts'
import { dayBounds, HOUR, SECOND } from './time.ts'

export interface ControlOutcome {
  readonly state: ControlState
  /** One for every load of the image. */
  readonly decisions: readonly LoadDecision[]
  /** One for every load that heats drinking water. */
  readonly legionella: readonly LegionellaNotice[]
  /** Days of loads that ended with this decision: the savings ledger books them. */
  readonly finished: readonly LoadDay[]
}

/** The longest time that is summed between two decisions, s: what the hub was away for it did not see. */
const MOST_DT_S = 300

/**
 * Decides for every load of the community. Pure: the same image and state give the same outcome. Authority, highest first: the
 * node's own limits, the wall switch, the connection's limit, the Legionella cycle, a resident's override, programs, plan.
 */
export function decideLoads(image: ControlImage, state: ControlState): ControlOutcome {
  const at = momentOf(image, state)
  const outcomes = image.houses.map((house) =>
    decideHouse(
      house,
      { loads: state.loads, house: state.houses[house.id] },
      state.past[house.id] ?? [],
      at,
      image.settings,
    ),
  )
  const neighbourAt = dealNeighbours(outcomes, image.settings, state.neighbourAt, at)
  const loads: Record<string, LoadMemory> = {}
  const houses: Record<string, HouseMemory> = {}
  const past: Record<string, readonly PastDay[]> = {}
  let isPastSame = Object.keys(state.past).length === outcomes.length
  const decisions: LoadDecision[] = []
  const legionella: LegionellaNotice[] = []
  const finished: LoadDay[] = []
  for (const outcome of outcomes) {
    houses[outcome.house.id] = outcome.memory
    past[outcome.house.id] = outcome.past
    isPastSame &&= state.past[outcome.house.id] === outcome.past
    for (const one of outcome.loads) {
      remember(outcome, one, at)
      const key = loadKey(one.image.load)
      const day = dayEnded(state.loads[key], one, outcome.house.shadow)
      if (day) finished.push(day)
      loads[key] = one.memory
      decisions.push(decisionOf(outcome, one, at))
      const notice = noticeOf(one, at)
      if (notice) legionella.push(notice)
    }
  }
  const after = { at: at.elapsed, loads, houses, past: isPastSame ? state.past : past, neighbourAt }
  return { state: after, decisions, legionella, finished }
}

function dayEnded(before: LoadMemory | undefined, { image, memory }: Judged, shadow: boolean): LoadDay | null {
  if (!before || before.day === '' || before.day === memory.day || before.usedWh.every((wh) => wh === 0)) return null
  const { house, id } = image.load
  return { house, load: id, day: before.day, usedWh: before.usedWh, ownWh: before.ownWh, shadow }
}

function momentOf(image: ControlImage, state: ControlState): Moment {
  const { now, elapsed, clockCertain, zone } = image
  const civil = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone)
  const day = civil.toPlainDate()
  const bounds = dayBounds(day, zone)
  return {
    now,
    elapsed,
    dtS: state.at === null ? 0 : Math.min(MOST_DT_S, Math.max(0, (elapsed - state.at) / SECOND)),
    clockCertain,
    zone,
    day: day.toString(),
    tomorrow: day.add({ days: 1 }).toString(),
    minute: civil.hour * 60 + civil.minute,
    dayFrom: bounds.from,
    dayTo: bounds.to,
  }
}

/** What was decided becomes part of the memory; in shadow the relay is taken to have done it. */
function remember({ house }: HouseOutcome, { image, memory, verdict }: Judged, at: Moment): void {
  if (memory.wanted !== verdict.on) {
    memory.wanted = verdict.on
    memory.wantedAt = at.elapsed
    memory.byHeldOff = verdict.rule === 'heldOffLongest'
  }
  memory.asks = verdict.rule === 'dependency' && verdict.alternative?.on === true
  if (house.shadow && memory.on !== verdict.on && image.report) {
    if (memory.on === false) memory.starts += 1
    memory.on = verdict.on
    memory.changedAt = at.elapsed
    if (verdict.on && image.load.program) memory.programAt ??= at.elapsed
  }
}

function decisionOf({ house }: HouseOutcome, { image, verdict }: Judged, at: Moment): LoadDecision {
  const { load } = image
  const restOn = load.rest === 'on'
  const { rule } = verdict
  const isForced = rule === 'override' || rule === 'legionella'
  const isShadow = house.shadow && !isForced && !LEFT.includes(rule)
  const isTimed = load.timer !== null && rule !== 'fuse' && at.clockCertain && isOpenAt(load.timer, at.minute)
  const on = isShadow ? restOn || isTimed : verdict.on
  const act: Act = LEFT.includes(rule) ? 'leave' : on === restOn ? 'rest' : 'lease'
  const { program } = load
  return {
    house: house.id,
    load: load.id,
    on,
    act,
    ttlS: program && !isForced && !isShadow ? (program.contactS ?? program.runS) : null,
    rule,
    inputs: verdict.inputs,
    alternative: verdict.alternative,
    countdown: verdict.countdown,
    shadow: isShadow ? { on: verdict.on } : null,
  }
}

/** Not the hub's to switch. */
const LEFT: readonly LoadDecision['rule'][] = ['unknown', 'wallSwitch', 'service']

function noticeOf({ image, memory }: Judged, at: Moment): LegionellaNotice | null {
  const { legionella } = memory
  if (!legionella) return null
  const since = at.elapsed - legionella.hotAt
  return {
    house: image.load.house,
    load: image.load.id,
    missed: since > HOT_EVERY,
    hoursSinceHot: Math.round(since / HOUR),
    verified: legionella.verified,
  }
}
