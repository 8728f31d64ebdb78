import { describe, expect, test } from 'vitest'
import { HOUR } from '../../hub/domain/time.ts'
import { sampleCurve, sampleDay, sampleReader, ZONE } from '../pages/sample-props.ts'
import { civilTicks, DayChart } from './chart-day.tsx'
import { viewFor } from './view.ts'

const view = viewFor(sampleReader())
const draw = (day = sampleDay(), curve = sampleCurve(sampleDay(), 4200)) =>
  `${<DayChart view={view} day={day} curve={curve} of="house" />}`

describe('ticks by the clock on the wall', () => {
  test.each([
    ['2026-06-21', [0, 6, 12, 18, 24]],
    ['2026-03-29', [0, 5, 11, 17, 23]],
    ['2026-10-25', [0, 7, 13, 19, 25]],
  ])('%s', (date, hoursIntoTheDay) => {
    const day = sampleDay(date, false)
    const ticks = civilTicks(day, ZONE, 6)
    expect(ticks.map((tick) => (tick.at - day.from) / HOUR)).toEqual(hoursIntoTheDay)
    expect(ticks.map((tick) => tick.hour)).toEqual(['00', '06', '12', '18', '24'])
  })
})

describe('the day chart', () => {
  test('says what it shows, twice drawn, once in a table', () => {
    const html = draw()
    expect(html.match(/role="img"/g)).toHaveLength(2)
    expect(html).toContain('Massimo di produzione 4,2\u00a0kW')
    expect(html).toContain('Autoconsumo')
    expect(html).toContain('>ora<')
    // 00:00 to 14:00, one row each.
    expect(html.match(/<th scope="row">/g)).toHaveLength(15)
  })
  test('has no line for now on another day, and 25 rows when the clock goes back', () => {
    const day = sampleDay('2025-10-26', false)
    const html = draw(day, sampleCurve(day, 3000))
    expect(html).not.toContain('>ora<')
    expect(html.match(/<th scope="row">/g)).toHaveLength(25)
  })
  test('explains itself when there is nothing', () => {
    for (const curve of [[], sampleCurve(sampleDay(), 1000, 0)]) {
      const html = draw(sampleDay(), curve)
      expect(html).toContain('nessun dato')
      expect(html).not.toContain('<svg')
    }
  })
  test('draws a house that only reports production', () => {
    const html = draw(
      sampleDay(),
      sampleCurve(sampleDay(), 3000).map((point) => ({ ...point, consumptionW: null })),
    )
    expect(html).toContain('consumo non noto')
    expect(html).not.toContain('Surplus solare')
  })
  test('draws a day of zeros without NaN', () => {
    const html = draw(
      sampleDay(),
      sampleCurve(sampleDay(), 0).map((point) => ({ ...point, consumptionW: point.consumptionW === null ? null : 0 })),
    )
    expect(html).not.toContain('NaN')
  })
})
