import type { DayChoice } from '../view-models.ts'
import { Icon } from './icons.tsx'
import type { View } from './view.ts'

interface DayNavProps {
  readonly view: View
  readonly day: DayChoice
  /** Path of the page. */
  readonly path: string
  /** The chosen house where there is a choice; it stays chosen. */
  readonly house: string | null
}

/** The day of the page, the days beside it, and any other by its date. Works as links and a form. */
export function DayNav({ view, day, path, house }: DayNavProps) {
  const { t, f } = view
  const linkTo = (giorno: string | null) => {
    const query = new URLSearchParams({ ...(house ? { casa: house } : {}), ...(giorno ? { giorno } : {}) }).toString()
    return query ? `${path}?${query}` : path
  }
  return (
    <nav class="day" id="giorno" aria-label={t('day.nav')}>
      <p class="day-name">
        {day.isToday ? <strong>{t('day.today')}</strong> : null} {f.day(day.day)}
      </p>
      <div class="day-choice">
        <a class="button square" href={linkTo(day.previous)} aria-label={t('day.previous')}>
          <Icon name="left" />
        </a>
        {day.next === null ? null : (
          <a class="button square" href={linkTo(day.next)} aria-label={t('day.next')}>
            <Icon name="right" />
          </a>
        )}
        <form method="get" action={path} data-submit>
          {house ? <input type="hidden" name="casa" value={house} /> : null}
          <label class="unseen" for="giorno-scelto">
            {t('day.choose')}
          </label>
          <input
            id="giorno-scelto"
            type="date"
            name="giorno"
            value={day.day}
            max={day.isToday ? day.day : undefined}
            required
          />
          <button type="submit" class="quiet">
            {t('day.go')}
          </button>
        </form>
        {day.isToday ? null : (
          <a class="button" href={linkTo(null)}>
            {t('day.backToToday')}
          </a>
        )}
      </div>
    </nav>
  )
}
