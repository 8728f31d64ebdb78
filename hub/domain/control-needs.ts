import type { HouseControl } from './control-image.ts'
import type { Moment } from './control-observe.ts'
import type { Need } from './control-rules.ts'
import type { HouseMemory, LoadMemory } from './control-state.ts'
import type { Load } from './load.ts'
import { isOpenAt } from './load.ts'
import type { PastDay } from './outlook.ts'
import { outlookOf } from './outlook.ts'
import type { PlannedLoad } from './plan.ts'
import { planLoads } from './plan.ts'
import { DAY, HOUR, MINUTE, SECOND } from './time.ts'

/** What a load must still run, or null when nothing is asked of it now. */
export function needOf(load: Load, memory: LoadMemory, at: Moment): Need | null {
  const { program, dailyNeed, window } = load
  if (program) {
    if (memory.programAt !== null || !isProgramDue(program.everyDays, memory, at)) return null
    return until(window?.toMin ?? 1440, program.runS, load, at)
  }
  if (!dailyNeed) return null
  const needS = memory.satisfied ? 0 : Math.max(0, dailyNeed.runS - memory.needRunS)
  return until(dailyNeed.byMin, needS, load, at)
}

function isProgramDue(everyDays: number, { lastProgramAt }: LoadMemory, at: Moment): boolean {
  return lastProgramAt === null || at.elapsed - lastProgramAt >= everyDays * DAY - DAY / 2
}

const STEP_MIN = 15

function until(minute: number, needS: number, load: Load, at: Moment): Need {
  const deadline = nextTime(at, minute)
  let openS = 0
  for (let t = at.now; t < deadline; t += STEP_MIN * MINUTE) {
    const length = Math.min(STEP_MIN * MINUTE, deadline - t)
    if (isOpenAt(load.window, (at.minute + Math.floor((t - at.now) / MINUTE)) % 1440)) openS += length / SECOND
  }
  return { needS, deadline, openS }
}

/** The next instant the civil clock shows a minute of the day; days of 23 and 25 hours have it where they have it. */
function nextTime(at: Moment, minute: number): number {
  const { dayFrom, dayTo, day, tomorrow, zone } = at
  const isPlain = dayTo - dayFrom === DAY
  const first = minute >= 1440 ? dayTo : isPlain ? dayFrom + minute * MINUTE : onClock(day, minute, zone)
  if (first > at.now) return first
  return isPlain ? dayTo + minute * MINUTE : onClock(tomorrow, minute, zone)
}

function onClock(day: string, minute: number, timeZone: string): number {
  const plainTime = { hour: Math.floor(minute / 60), minute: minute % 60 }
  return Temporal.PlainDate.from(day).toZonedDateTime({ timeZone, plainTime }).epochMilliseconds
}

/** A plan holds for this long, ms, within its hour and while the same loads need the same number of hours. */
const PLAN_HOLDS = 5 * MINUTE

/** The plan of a house: the last one while it holds, else a new one. */
export function planHouse(
  house: HouseControl,
  needs: ReadonlyMap<Load, Need>,
  past: () => readonly PastDay[],
  memory: HouseMemory,
  at: Moment,
): { readonly [load: string]: PlannedLoad } {
  const wanted = [...needs].filter(([, need]) => need.needS > 0)
  if (wanted.length === 0) return {}
  const hours = wanted.map(([load, need]) => `${load.id} ${Math.ceil(need.needS / 3600 - 0.01)} ${need.deadline}`)
  const key = [Math.floor(at.now / HOUR), ...hours].join()
  if (memory.plan?.key === key && at.elapsed - memory.plan.madeAt < PLAN_HOLDS) return memory.plan.loads
  const loads = Object.fromEntries(planAnew(house, wanted, past(), at))
  memory.plan = { key, madeAt: at.elapsed, loads }
  return loads
}

/** Plans what the loads of a house still need over the hours to the last deadline. */
function planAnew(
  house: HouseControl,
  wanted: readonly (readonly [Load, Need])[],
  past: readonly PastDay[],
  at: Moment,
): ReadonlyMap<string, PlannedLoad> {
  const hour = Math.floor(at.now / HOUR) * HOUR
  const last = Math.max(...wanted.map(([, need]) => need.deadline))
  const starts: number[] = []
  for (let start = hour + HOUR; start + HOUR <= last; start += HOUR) starts.push(start)
  const civil = starts.map((start) => (at.minute + Math.round((start - at.now) / MINUTE)) % 1440)
  const today = past.at(-1)?.day === at.day ? past.at(-1) : undefined
  const outlook = outlookOf({
    hour,
    hoursToCome: civil.map((minute) => Math.floor(minute / 60)),
    past: today ? past.slice(0, -1) : past,
    today: today ?? { day: at.day, producedW: [], baseW: [] },
    forecast: house.forecast,
  })
  return planLoads(
    outlook,
    wanted.map(([load, need]) => ({
      id: load.id,
      ratedW: load.ratedW,
      needS: need.needS,
      open: starts.map((start, i) => start + HOUR <= need.deadline && isOpenAt(load.window, (civil[i] ?? 0) + 30)),
    })),
  )
}
