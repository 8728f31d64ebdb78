import type { HubDay, HubMonth } from './deps.ts'

const QUARTERS = 96

export interface ComparedHub extends HubMonth {
  /** Covered share of the month so far, 0..1. */
  readonly coverage: number
  readonly quality: 'completa' | 'parziale' | 'mancante'
  /** Wh per Wp and whole day of data: fair between large and small, whole and patchy; null without panels or data. */
  readonly yieldPerDay: number | null
  /** 1 - what came from outside the street / consumption. */
  readonly selfSufficiency: number | null
}

/** Days of a month ("2026-06") that have begun at `now`; a hub is not blamed for those to come. */
export function daysSoFar(month: string, now: number): number {
  const first = Temporal.PlainYearMonth.from(month).toPlainDate({ day: 1 })
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO('UTC').toPlainDate()
  return Math.max(0, Math.min(first.daysInMonth, first.until(today).days + 1))
}

export function compare(hub: HubMonth, days: number): ComparedHub {
  const coverage = days === 0 ? 0 : Math.min(1, hub.covered / (days * QUARTERS))
  const whole = hub.covered / QUARTERS
  const { producedWh, peakWp, consumedWh, importedWh, sharedWh } = hub
  return {
    ...hub,
    coverage,
    quality: coverage >= 0.95 ? 'completa' : coverage > 0 ? 'parziale' : 'mancante',
    yieldPerDay: producedWh === null || !peakWp || whole === 0 ? null : producedWh / peakWp / whole,
    selfSufficiency:
      consumedWh === null || importedWh === null || consumedWh <= 0
        ? null
        : Math.min(1, Math.max(0, 1 - (importedWh - (sharedWh ?? 0)) / consumedWh)),
  }
}

export interface Gap {
  readonly from: string
  readonly to: string
  readonly kind: 'parziale' | 'mancante'
}

/** Stretches of days of a month that are not whole, up to the day before `today` ("2026-06-21"). */
export function gapsOf(days: readonly HubDay[], month: string, today: string): Gap[] {
  const held = new Map(days.map((day) => [day.day, day]))
  const gaps: Gap[] = []
  const { daysInMonth } = Temporal.PlainYearMonth.from(month)
  for (let i = 1; i <= daysInMonth; i++) {
    const day = `${month}-${String(i).padStart(2, '0')}`
    if (day >= today) break
    const covered = held.get(day)?.covered ?? 0
    // A day of the change to summer time has 92 quarters.
    if (covered >= 0.95 * (QUARTERS - 4)) continue
    const kind = covered > 0 ? 'parziale' : 'mancante'
    const last = gaps.at(-1)
    const yesterday = Temporal.PlainDate.from(day).subtract({ days: 1 }).toString()
    if (last && last.to === yesterday && last.kind === kind) gaps[gaps.length - 1] = { ...last, to: day }
    else gaps.push({ from: day, to: day, kind })
  }
  return gaps
}
