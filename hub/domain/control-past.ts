import type { Moment } from './control-observe.ts'
import type { HouseMemory } from './control-state.ts'
import type { PastDay } from './outlook.ts'

/** Days kept to look back upon. */
const DAYS_KEPT = 40
/** Seconds of an hour that must be measured for it to be learned from. */
const LEAST_SEEN_S = 1800

/** Gathers the hour that runs; a finished one joins the past, which stays the same object until then. */
export function gatherHour(
  memory: HouseMemory,
  past: readonly PastDay[],
  measured: { readonly productionW: number; readonly baseW: number } | null,
  at: Moment,
): readonly PastDay[] {
  if (!at.clockCertain) return past
  const hour = Math.floor(at.minute / 60)
  let after = past
  if (memory.hour && (memory.hour.day !== at.day || memory.hour.hour !== hour)) {
    after = withHour(past, memory.hour)
    memory.hour = null
  }
  const running = memory.hour ?? { day: at.day, hour, producedWh: 0, baseWh: 0, seenS: 0 }
  if (measured) {
    memory.hour = {
      ...running,
      producedWh: running.producedWh + (measured.productionW * at.dtS) / 3600,
      baseWh: running.baseWh + (Math.max(0, measured.baseW) * at.dtS) / 3600,
      seenS: running.seenS + at.dtS,
    }
  } else memory.hour = running
  return after
}

/** The past with the running hour in it, for the planner: it may see how this hour goes. */
export function withRunningHour(memory: HouseMemory, past: readonly PastDay[]): readonly PastDay[] {
  return memory.hour && memory.hour.seenS > 0 ? withHour(past, memory.hour, 1) : past
}

function withHour(
  past: readonly PastDay[],
  { day, hour, producedWh, baseWh, seenS }: NonNullable<HouseMemory['hour']>,
  leastS = LEAST_SEEN_S,
): readonly PastDay[] {
  if (seenS < leastS) return past
  const none = new Array<number | null>(24).fill(null)
  const known = past.find((d) => d.day === day) ?? { day, producedW: none, baseW: none }
  const mean = (wh: number) => Math.round((wh * 3600) / seenS)
  const put = (values: readonly (number | null)[], wh: number) => values.with(hour, mean(wh))
  const changed = { day, producedW: put(known.producedW, producedWh), baseW: put(known.baseW, baseWh) }
  const others = past.filter((d) => d.day !== day)
  return [...others, changed].sort((a, b) => (a.day < b.day ? -1 : 1)).slice(-DAYS_KEPT)
}
