import nodeSchedule from 'node-schedule'

export interface Job {
  readonly stop: () => void
}

/** Runs `task` every `seconds` of the wall clock (a divisor of 60), on the full second. */
export function everySeconds(seconds: number, task: () => void): Job {
  const rule = new nodeSchedule.RecurrenceRule()
  rule.second = Array.from({ length: Math.ceil(60 / seconds) }, (_, i) => i * seconds)
  return onRule(rule, task)
}

/** Longest wait between two looks at the wall clock, ms: how late a step of it is noticed. */
const LOOK_MS = 1_000
/** The wall clock and the monotonic one apart by more than this since the last look: the wall clock was set. */
const STEP_MS = 500

/**
 * node-schedule says when, the waiting is done here: its own timers sleep through an hour when the clock is set back by
 * one, and make up for every second of a day when it is set forward by that.
 */
function onRule(rule: nodeSchedule.RecurrenceRule, task: () => void): Job {
  let timer: NodeJS.Timeout
  let seen = { wall: Date.now(), elapsed: performance.now() }
  let next = nextOf(rule, seen.wall)
  const arm = () => {
    timer = setTimeout(look, Math.min(LOOK_MS, Math.max(0, next - Date.now())))
  }
  const look = () => {
    const last = seen
    seen = { wall: Date.now(), elapsed: performance.now() }
    const step = seen.wall - last.wall - (seen.elapsed - last.elapsed)
    const isDue = seen.wall >= next
    if (isDue || Math.abs(step) > STEP_MS) next = nextOf(rule, seen.wall)
    arm()
    if (isDue) task()
  }
  arm()
  return { stop: () => clearTimeout(timer) }
}

function nextOf(rule: nodeSchedule.RecurrenceRule, after: number): number {
  return rule.nextInvocationDate(new Date(after)).getTime()
}

/** Runs `task` once an hour, not on the full one, when much else happens. */
export function everyHour(task: () => void): Job {
  const rule = new nodeSchedule.RecurrenceRule()
  rule.minute = 7
  rule.second = 30
  const job = nodeSchedule.scheduleJob(rule, () => task())
  return { stop: () => job.cancel() }
}
