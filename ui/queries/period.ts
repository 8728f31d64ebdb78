import { dayBounds, dayOf, HOUR } from '../../hub/domain/time.ts'
import type { Comparison, PeriodChoice, Span } from '../models/history.ts'
import { parseDay } from './day.ts'

/** A civil period: from its first day to the first day after it. */
interface Period {
  readonly span: Exclude<Span, 'tutto'>
  readonly first: Temporal.PlainDate
}

interface Interval {
  readonly start: number
  readonly end: number
}

const LENGTHS = {
  giorno: { days: 1 },
  settimana: { weeks: 1 },
  mese: { months: 1 },
  anno: { years: 1 },
} as const

/** The period an address names, or null when it names none. `first` is the first day of which anything is known. */
export function choosePeriod(key: string, now: number, first: number | null, zone: string): PeriodChoice | null {
  const today = dayOf(now, zone)
  const oldest = first === null ? today : earlier(dayOf(first, zone), today)
  if (key === 'tutto') {
    const start = oldest.with({ month: 1, day: 1 })
    return choice('tutto', key, start, today.with({ month: 1, day: 1 }).add({ years: 1 }), today, today, null, null)
  }
  const period = parsePeriod(key)
  if (!period) return null
  const end = endOf(period)
  const next = Temporal.PlainDate.compare(end, today) <= 0 ? keyOf(period.span, end) : null
  const previous =
    Temporal.PlainDate.compare(period.first, oldest) > 0 ? keyOf(period.span, period.first.subtract({ days: 1 })) : null
  const isNow = Temporal.PlainDate.compare(period.first, today) <= 0 && Temporal.PlainDate.compare(today, end) < 0
  return choice(period.span, key, period.first, end, today, isNow ? today : period.first, previous, next)
}

function choice(
  span: Span,
  key: string,
  first: Temporal.PlainDate,
  end: Temporal.PlainDate,
  today: Temporal.PlainDate,
  anchor: Temporal.PlainDate,
  previous: string | null,
  next: string | null,
): PeriodChoice {
  return {
    span,
    key,
    firstDay: first.toString(),
    endDay: end.toString(),
    previous,
    next,
    spans: {
      giorno: keyOf('giorno', anchor),
      settimana: keyOf('settimana', anchor),
      mese: keyOf('mese', anchor),
      anno: keyOf('anno', anchor),
      tutto: 'tutto',
    },
    current: span === 'tutto' ? key : keyOf(span, today),
  }
}

/** Key of the period of a span that holds a day. */
export function keyOf(span: Exclude<Span, 'tutto'>, day: Temporal.PlainDate): string {
  if (span === 'giorno') return day.toString()
  if (span === 'settimana') return `${day.yearOfWeek}-W${String(day.weekOfYear).padStart(2, '0')}`
  return span === 'mese' ? day.toString().slice(0, 7) : day.toString().slice(0, 4)
}

function parsePeriod(key: string): Period | null {
  const day = parseDay(key)
  if (day) return { span: 'giorno', first: day }
  const week = /^(\d{4})-W(\d{2})$/.exec(key)
  if (week) {
    // The fourth of January lies in the first week; a number the year does not have ends in another year.
    const fourth = parseDay(`${week[1]}-01-04`)
    const monday = fourth?.subtract({ days: fourth.dayOfWeek - 1 }).add({ weeks: Number(week[2]) - 1 })
    return monday && keyOf('settimana', monday) === key ? { span: 'settimana', first: monday } : null
  }
  const month = /^\d{4}-\d{2}$/.test(key) ? parseDay(`${key}-01`) : null
  if (month) return { span: 'mese', first: month }
  const year = /^\d{4}$/.test(key) ? parseDay(`${key}-01-01`) : null
  return year ? { span: 'anno', first: year } : null
}

function endOf({ span, first }: Period): Temporal.PlainDate {
  return first.add(LENGTHS[span])
}

/** Key of what a period is compared with; null where that makes no sense. */
export function comparedKey(period: PeriodChoice, comparison: Comparison): string | null {
  const parsed = parsePeriod(period.key)
  if (!parsed || comparison === 'nessuno') return null
  if (comparison === 'prima') return keyOf(parsed.span, parsed.first.subtract({ days: 1 }))
  // A week is compared with the one that bears its number, a day with the same weekday: habits go by the week.
  if (parsed.span === 'giorno' || parsed.span === 'settimana')
    return keyOf(parsed.span, parsed.first.subtract({ weeks: 52 }))
  return keyOf(parsed.span, parsed.first.subtract({ years: 1 }))
}

/** The intervals a period is drawn in: hours of a day, days of a week or month, months of a year, years of all. */
export function intervalsOf({ span, firstDay, endDay }: PeriodChoice, zone: string): Interval[] {
  const first = Temporal.PlainDate.from(firstDay)
  if (span === 'giorno') {
    const { from, to } = dayBounds(first, zone)
    const hours = []
    for (let start = Math.floor(from / HOUR) * HOUR; start < to; start += HOUR) hours.push({ start, end: start + HOUR })
    return hours
  }
  const end = Temporal.PlainDate.from(endDay)
  const step = span === 'anno' ? { months: 1 } : span === 'tutto' ? { years: 1 } : { days: 1 }
  const intervals: Interval[] = []
  for (let date = first; Temporal.PlainDate.compare(date, end) < 0; date = date.add(step)) {
    intervals.push({
      start: date.toZonedDateTime(zone).epochMilliseconds,
      end: date.add(step).toZonedDateTime(zone).epochMilliseconds,
    })
  }
  return intervals
}

function earlier(a: Temporal.PlainDate, b: Temporal.PlainDate): Temporal.PlainDate {
  return Temporal.PlainDate.compare(a, b) <= 0 ? a : b
}
