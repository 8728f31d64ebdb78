import { DAY } from '../../hub/domain/time.ts'
import type { Row } from './row.ts'
import { rows } from './row.ts'
import { Samples } from './samples.ts'
import { hubWithYears } from './year-hub.ts'

const TIMES = 9

/** How long every page that looks back takes, each time at another past, with nobody else there: what is asked first is read from the disk. */
export async function measureHistory(size: { houses: number; days: number; years: number }): Promise<Row[]> {
  const { houses, hub, ask } = await hubWithYears(size)
  const now = Date.now()
  const day = (n: number) => new Date(now - n * DAY).toISOString().slice(0, 10)
  const month = (n: number) => day(n * 31 + 15).slice(0, 7)
  const week = (n: number) => `${day(7 * n).slice(0, 4)}-W${String(1 + (n % 50)).padStart(2, '0')}`
  const casa = `casa=${houses[3]?.id}`
  const pages: readonly (readonly [string, (n: number) => string])[] = [
    ['house, a past day', (n) => `/?${casa}&giorno=${day(20 + 30 * n)}`],
    ['community, a past day', (n) => `/comunita?giorno=${day(20 + 30 * n)}`],
    ['history, day', (n) => `/storico/${day(25 + 30 * n)}`],
    ['history, day of a house', (n) => `/storico/${day(25 + 30 * n)}?${casa}`],
    ['history, week', (n) => `/storico/${week(4 + n)}?vs=anno`],
    ['history, month', (n) => `/storico/${month(1 + n)}?vs=anno`],
    ['history, month of a house', (n) => `/storico/${month(1 + n)}?${casa}`],
    ['history, year', (n) => `/storico/${Number(day(0).slice(0, 4)) - (n % (size.years + 1))}?vs=anno`],
    ['history, year of a house', (n) => `/storico/${Number(day(0).slice(0, 4)) - (n % (size.years + 1))}?${casa}`],
    ['history, all of it', () => '/storico/tutto'],
    ['history, all of a house', () => `/storico/tutto?${casa}`],
    ['sharing, a month', (n) => `/condivisione/${month(1 + n)}`],
    ['forecast', () => '/previsione'],
    ['plant', () => `/salute?${casa}`],
    ['loads', () => '/carichi'],
    [
      'API, community, a day by hours',
      (n) => `/api/storico/?passo=1h&da=${day(20 + n)}T00:00:00Z&a=${day(19 + n)}T00:00:00Z`,
    ],
    ['API, CO2 of a month', (n) => `/api/co2/?da=${day(31 * (n + 1))}T00:00:00Z&a=${day(31 * n)}T00:00:00Z`],
  ]
  const result: Row[] = []
  for (const [what, path] of pages) {
    const took = new Samples()
    for (let n = 0; n < TIMES; n += 1) took.add(await ask(path(n)))
    const { p50 } = took.summary()
    result.push(
      ...rows(
        `${size.houses} houses, ${size.days} days and ${size.years} years of hours`,
        [`${what}, median of ${TIMES}`, p50, 'ms'],
        [`${what}, longest`, took.longest, 'ms'],
      ),
    )
  }
  await hub.stop()
  return result
}
