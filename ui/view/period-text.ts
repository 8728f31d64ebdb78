import type { PeriodChoice, Span } from '../models/history.ts'
import type { Language } from '../view-models.ts'
import { LOCALES } from './format.ts'
import type { View } from './view.ts'

/** How periods and their intervals are called, in the reader's language and the community's zone. */

/** "giugno 2026", "15–21 giugno 2026", "mercoledì 17 giugno 2026", "2026", "dal 2024". */
export function periodName(
  view: View,
  { span, firstDay, endDay }: Pick<PeriodChoice, 'span' | 'firstDay' | 'endDay'>,
): string {
  const { f, t, reader } = view
  const first = civil(firstDay)
  switch (span) {
    case 'giorno':
      return f.day(firstDay)
    case 'settimana':
      return writer(reader.language, 'UTC', 'week').formatRange(first, civil(endDay) - DAY_MS)
    case 'mese':
      return writer(reader.language, 'UTC', 'monthYear').format(first)
    case 'anno':
      return firstDay.slice(0, 4)
    case 'tutto':
      return t('history.since', { year: firstDay.slice(0, 4) })
  }
}

/** An interval of a period in a table: "17 giugno", "ore 14", "giugno". */
export function intervalName({ reader }: View, span: Span, start: number): string {
  const kinds: { readonly [S in Span]: Kind } = {
    giorno: 'hour',
    settimana: 'weekday',
    mese: 'dayMonth',
    anno: 'month',
    tutto: 'year',
  }
  return writer(reader.language, reader.zone, kinds[span]).format(start)
}

/** The same under a bar, short: "17", "14", "mer", "giu". */
export function tickName({ reader }: View, span: Span, start: number): string {
  const kinds: { readonly [S in Span]: Kind } = {
    giorno: 'hourOnly',
    settimana: 'shortWeekday',
    mese: 'dayOnly',
    anno: 'shortMonth',
    tutto: 'year',
  }
  return writer(reader.language, reader.zone, kinds[span]).format(start)
}

const DAY_MS = 86_400_000

const KINDS = {
  week: { day: 'numeric', month: 'long', year: 'numeric' },
  monthYear: { month: 'long', year: 'numeric' },
  hour: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  hourOnly: { hour: '2-digit', hourCycle: 'h23' },
  weekday: { weekday: 'long', day: 'numeric' },
  shortWeekday: { weekday: 'short' },
  dayMonth: { day: 'numeric', month: 'long' },
  dayOnly: { day: 'numeric' },
  month: { month: 'long' },
  shortMonth: { month: 'short' },
  year: { year: 'numeric' },
} as const satisfies { readonly [kind: string]: Intl.DateTimeFormatOptions }
type Kind = keyof typeof KINDS

const writers = new Map<string, Intl.DateTimeFormat>()

function writer(language: Language, zone: string, kind: Kind): Intl.DateTimeFormat {
  const key = `${language} ${zone} ${kind}`
  const made = writers.get(key) ?? new Intl.DateTimeFormat(LOCALES[language], { timeZone: zone, ...KINDS[kind] })
  writers.set(key, made)
  return made
}

/** A civil day as the instant it begins in UTC, which is the zone it is written in. */
function civil(day: string): number {
  return Date.parse(`${day}T00:00:00Z`)
}
