import { dayBounds, dayOf } from '../../hub/domain/time.ts'
import type { DayChoice } from '../view-models.ts'

const DAY_PATTERN = /^\d{4}-\d{2}-\d{2}$/

/** The civil day a page shows: the asked one, or today when none, a future or no real day is asked. */
export function chooseDay(asked: string | undefined, now: number, zone: string): DayChoice {
  const today = dayOf(now, zone)
  const parsed = parseDay(asked)
  const day = parsed && Temporal.PlainDate.compare(parsed, today) < 0 ? parsed : today
  const isToday = day.equals(today)
  return {
    day: day.toString(),
    isToday,
    previous: day.subtract({ days: 1 }).toString(),
    next: isToday ? null : day.add({ days: 1 }).toString(),
    ...dayBounds(day, zone),
  }
}

export function parseDay(text: string | undefined): Temporal.PlainDate | null {
  if (!text || !DAY_PATTERN.test(text)) return null
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' })
  } catch {
    return null
  }
}
