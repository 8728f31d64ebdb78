import { expect, it } from 'vitest'
import { clearSky } from './irradiance.ts'
import { HOUR, MINUTE } from './time.ts'
import type { WeatherHour } from './weather.ts'
import { airOf, clearHour, skyAt } from './weather.ts'

const SITE = { latitude: 45.07, longitude: 7.69, altitude: 240 }
const EMPTY: Omit<WeatherHour, 'start' | 'ghi'> = {
  dni: null,
  dhi: null,
  airTemperature: null,
  windSpeed: null,
  precipitation: null,
  snowDepth: null,
}

it.each([6, 8, 12, 17])('keeps the mean of the hour from %d UTC, whatever is known of its parts', (hour) => {
  const start = Date.parse('2026-06-21T00:00:00Z') + hour * HOUR
  const clear = clearHour(start, SITE)
  for (const dni of [null, clear.dni * 0.3]) {
    let ghi = 0
    for (let minute = 5; minute < 60; minute += 10) {
      const sky = skyAt(clearSky(start + minute * MINUTE, SITE), clear, { ...EMPTY, start, ghi: clear.ghi * 0.6, dni })
      ghi += sky.ghi / 6
      expect(Math.min(sky.dni, sky.dhi)).toBeGreaterThanOrEqual(0)
      expect(sky.ghi).toBeCloseTo(sky.dni * Math.sin((sky.sun.elevation * Math.PI) / 180) + sky.dhi, 6)
    }
    expect(ghi).toBeCloseTo(clear.ghi * 0.6, 6)
  }
})

it('makes no light at night, nor more than clouds can add', () => {
  const night = Date.parse('2026-06-21T23:00:00Z')
  expect(skyAt(clearSky(night, SITE), clearHour(night, SITE), { ...EMPTY, start: night, ghi: 500 }).ghi).toBe(0)
  const noon = Date.parse('2026-06-21T11:00:00Z')
  const sky = clearSky(noon, SITE)
  expect(skyAt(sky, clearHour(noon, SITE), { ...EMPTY, start: noon, ghi: 9000 }).ghi / sky.ghi).toBeCloseTo(1.35)
})

it('takes a mild day where air and wind are not told', () => {
  expect(airOf({ ...EMPTY, start: 0, ghi: 0 })).toEqual({ airTemperature: 20, windSpeed: 1 })
  expect(airOf({ ...EMPTY, start: 0, ghi: 0, airTemperature: 3, windSpeed: 5 })).toEqual({
    airTemperature: 3,
    windSpeed: 3,
  })
})
