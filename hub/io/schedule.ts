import nodeSchedule from 'node-schedule'

export interface Job {
  readonly stop: () => void
}

/** Runs `task` every `seconds` of the wall clock (a divisor of 60), on the full second. */
export function everySeconds(seconds: number, task: () => void): Job {
  const rule = new nodeSchedule.RecurrenceRule()
  rule.second = Array.from({ length: Math.ceil(60 / seconds) }, (_, i) => i * seconds)
  const job = nodeSchedule.scheduleJob(rule, () => task())
  return { stop: () => job.cancel() }
}
