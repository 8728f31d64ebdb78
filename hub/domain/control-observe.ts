import type { HouseControl, LoadImage } from './control-image.ts'
import type { HouseMemory, LoadMemory } from './control-state.ts'
import { firstLoad, NO_HOURS } from './control-state.ts'
import { THERMOSTAT_OPEN_S, watchWater } from './legionella.ts'
import type { Load } from './load.ts'
import { MINUTE, SECOND } from './time.ts'

/** The moment of a decision. */
export interface Moment {
  readonly now: number
  readonly elapsed: number
  /** Since the last decision, s: what is summed, so never more than a few minutes. */
  readonly dtS: number
  readonly clockCertain: boolean
  readonly zone: string
  /** Civil day, the next one, and minute of the day in the zone. */
  readonly day: string
  readonly tomorrow: string
  readonly minute: number
  /** The civil day's first instant and end, epoch ms. */
  readonly dayFrom: number
  readonly dayTo: number
}

/** A relay that is on and draws less than this draws nothing, W. */
const NOTHING_W = 15
/** A measured step tells the load's power after this long, ms. */
const STEP_AFTER = 30 * SECOND
const STEP_BEFORE = 3 * MINUTE
const STEPS_KEPT = 9
/** In less time no lease that was taken runs out, s. */
const UNWATCHED_S = 90

/** The load's own power as far as it was ever measured: the median of its steps, else what is written on it, W. */
export function learnedW(load: Load, steps: readonly number[]): number {
  if (steps.length < 3) return load.ratedW
  return steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? load.ratedW
}

/** What a load that is on draws, W: measured, else learned, and never more than its house uses. */
export function drawOf({ load, report }: LoadImage, memory: LoadMemory, house: HouseControl): number {
  if (report?.on !== true) return 0
  if (report.powerW !== null) return report.powerW
  const learned = learnedW(load, memory.steps)
  const seen = house.consumptionW ?? learned
  // Its house uses so little that it cannot be drawing: its thermostat is open.
  return seen < learned / 2 ? 0 : Math.min(seen, learned)
}

/** The memory of a load after what its node says now. */
export function observeLoad(
  known: LoadMemory | undefined,
  image: LoadImage,
  house: HouseControl,
  houseMemory: HouseMemory,
  at: Moment,
): LoadMemory {
  const memory = known ? { ...known } : firstLoad(at.elapsed)
  const { load, report } = image
  turnDay(memory, load, at)
  if (!report) {
    Object.assign(memory, { idleSince: null, stepFromW: null })
    memory.legionella = watchWater(memory.legionella, load, null, { ...at, idleS: 0, onForS: 0 })
    return memory
  }
  // It may have begun just before its node lost its power, or while nobody watched, and be over: that start is counted.
  if (
    !house.shadow &&
    (houseMemory.powerAt === at.elapsed || at.dtS >= UNWATCHED_S) &&
    memory.wanted === true &&
    memory.on === false &&
    !report.on
  )
    memory.starts += 1
  if (!house.shadow && memory.on !== report.on) {
    if (memory.on === false) {
      memory.starts += 1
      memory.stepFromW = houseMemory.lastConsumptionW
    }
    memory.on = report.on
    memory.changedAt = at.elapsed
    // Whatever was decided since: what was begun is a program, and runs to its end.
    if (report.on && memory.wanted === true && load.program) memory.programAt ??= at.elapsed
  } else if (house.shadow) memory.on ??= report.on
  learnStep(memory, image, house, at)
  const draw = drawOf(image, memory, house)
  const isIdle = report.on && draw < NOTHING_W && (report.powerW !== null || house.consumptionW !== null)
  memory.idleSince = isIdle ? (memory.idleSince ?? at.elapsed) : null
  const idleS = memory.idleSince === null ? 0 : (at.elapsed - memory.idleSince) / SECOND
  if (load.thermostat && idleS >= THERMOSTAT_OPEN_S) memory.satisfied = true
  const runs = house.shadow ? memory.on === true : report.on && !(load.thermostat && isIdle)
  if (runs) {
    memory.runS += at.dtS
    memory.needRunS += at.dtS
  }
  followProgram(memory, load, report.on, at)
  const onForS = report.on && !house.shadow ? (at.elapsed - memory.changedAt) / SECOND : 0
  memory.legionella = watchWater(memory.legionella, load, report, { ...at, idleS, onForS })
  return memory
}

/** Sums belong to a day. While the clock may be wrong no day ends, so that a step gives no second day's starts. */
function turnDay(memory: LoadMemory, load: Load, at: Moment): void {
  if (!at.clockCertain && memory.day !== '') return
  if (memory.day !== at.day) {
    Object.assign(memory, { day: at.day, runS: 0, starts: 0, neighbourWh: 0, usedWh: NO_HOURS, ownWh: NO_HOURS })
  }
  const needDay = needDayOf(load, at)
  if (memory.needDay !== needDay) Object.assign(memory, { needDay, needRunS: 0, satisfied: false })
}

/** A need's day runs from deadline to deadline, and is named after the civil day it ends in. */
function needDayOf(load: Load, at: Moment): string {
  const byMin = load.dailyNeed?.byMin ?? 1440
  return at.minute < byMin ? at.day : at.tomorrow
}

function learnStep(memory: LoadMemory, { load, report }: LoadImage, house: HouseControl, at: Moment): void {
  if (memory.stepFromW === null || !report) return
  const since = at.elapsed - memory.changedAt
  if (!report.on || since > STEP_BEFORE) memory.stepFromW = null
  else if (since >= STEP_AFTER && house.consumptionW !== null && (house.ageS ?? 0) * SECOND < since - 10 * SECOND) {
    const step = report.powerW ?? house.consumptionW - memory.stepFromW
    if (step > 0.3 * load.ratedW && step < 1.5 * load.ratedW) {
      memory.steps = [...memory.steps, Math.round(step)].slice(-STEPS_KEPT)
    }
    memory.stepFromW = null
  }
}

/** A program that has run its time is done; one whose relay opened before is not, and will be due again. */
function followProgram(memory: LoadMemory, load: Load, on: boolean, at: Moment): void {
  if (memory.programAt === null || !load.program) return
  const ranS = (at.elapsed - memory.programAt) / SECOND
  const isOver = ranS >= load.program.runS
  const isBroken = load.program.contactS === null && !on && memory.changedAt > memory.programAt
  if (isOver || (isBroken && ranS >= 0.95 * load.program.runS)) memory.lastProgramAt = memory.programAt
  if (isOver || isBroken) memory.programAt = null
}
