import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_SETTINGS, type Settings } from '../domain/settings.ts'
import { HOUR, MINUTE, SECOND } from '../domain/time.ts'
import { fetchText } from '../io/fetch-text.ts'
import type { Store } from '../store/store.ts'
import { openStore } from '../store/store.ts'
import { readWeather, saveWeather, weatherStand } from '../store/weather.ts'
import { Weather } from './weather.ts'
import { openMeteo } from './weather-provider.ts'

const SAMPLE = fileURLToPath(new URL('../../../shared/data/openmeteo_forecast_sample.json', import.meta.url))
const NOW = Date.parse('2026-06-21T09:20:00Z')
const PLACE = { latitude: 45.06783, longitude: 7.69214 }
const NAME = '45.07,7.69'

/** An answer as the service gives it: `hours` labels from the first full hour of the day on. */
function answerOf(
  ghi: readonly (number | null)[],
  more: Record<string, unknown> = {},
  from = Date.parse('2026-06-21T00:00:00Z'),
): string {
  const first = from / 1000
  return JSON.stringify({
    utc_offset_seconds: 0,
    hourly_units: { time: 'unixtime', shortwave_radiation: 'W/m²', temperature_2m: '°C' },
    hourly: {
      time: ghi.map((_, i) => first + i * 3600),
      shortwave_radiation: ghi,
      temperature_2m: ghi.map(() => 21.5),
    },
    ...more,
  })
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void
const says =
  (text: string, status = 200, headers = {}): Answer =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)

let dataDir = ''
let store: Store
let answer: Answer
const asked: URL[] = []
const failures: string[] = []
let clock = { at: NOW, elapsed: 0 }
let settings: Settings
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://localhost')
  asked.push(url)
  if (url.pathname === '/past') response.end(answerOf([5], {}, LONG_AGO))
  else answer(request, response)
})

const LONG_AGO = Date.parse('2026-05-20T00:00:00Z')

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'solar-family-weather-'))
  store = await openStore(dataDir)
})

afterAll(async () => {
  await store.close()
  rmSync(dataDir, { recursive: true, force: true })
})

beforeEach(async () => {
  await store.readingsWriter.deleteFrom('weather').execute()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  settings = {
    ...DEFAULT_SETTINGS,
    place: PLACE,
    weather: {
      agreed: { at: NOW, by: 'anna' },
      forecastUrl: `${url}/forecast`,
      satelliteUrl: `${url}/past`,
      apiKey: null,
    },
  }
  clock = { at: NOW, elapsed: 0 }
  asked.length = 0
  failures.length = 0
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

function weather(): Weather {
  return new Weather({
    clock: { now: () => clock.at, elapsed: () => clock.elapsed },
    random: () => 0,
    settings: () => settings,
    provider: ({ weather: { forecastUrl, satelliteUrl, apiKey } }) =>
      openMeteo({ forecast: { baseUrl: forecastUrl, apiKey }, satellite: { baseUrl: satelliteUrl, apiKey } }, (url) =>
        fetchText(url, { timeoutMs: 300, maxBytes: 100_000 }),
      ),
    load: (place, from, to) => readWeather(store.readings, { place, from, to }),
    stand: (place) => weatherStand(store.readings, place),
    save: (hours) => saveWeather(store.readingsWriter, hours),
    onNew: () => {},
    onFailure: (message) => failures.push(message),
  })
}

const pass = (ms: number) => {
  clock.at += ms
  clock.elapsed += ms
}
const forecasts = () => asked.filter((url) => url.pathname === '/forecast')
const stored = () => readWeather(store.readings, { place: NAME, from: LONG_AGO + HOUR, to: NOW + 100 * HOUR })

describe('weather', () => {
  it('is one question for the neighbourhood, with a rounded position, in GMT and unix time', async () => {
    answer = says(answerOf([0, 100, 200]))
    settings = { ...settings, weather: { ...settings.weather, apiKey: 'k-1' } }
    await weather().run()
    const query = Object.fromEntries(forecasts()[0]?.searchParams ?? [])
    expect(forecasts()).toHaveLength(1)
    expect(query).toMatchObject({
      latitude: '45.07',
      longitude: '7.69',
      timeformat: 'unixtime',
      timezone: 'GMT',
      apikey: 'k-1',
    })
  })

  it('takes each value for the mean of the hour before its label; null is unknown, negative light is none', async () => {
    answer = says(answerOf([0, -3, 100, null, 300]))
    await weather().run()
    const first = Date.parse('2026-06-20T23:00:00Z')
    expect((await stored()).map((h) => [h.start - first, h.ghi])).toEqual([
      [0, 0],
      [HOUR, 0],
      [2 * HOUR, 100],
      [4 * HOUR, 300],
    ])
  })

  it('asks nobody anything until an admin has agreed, nor without a position', async () => {
    answer = says(answerOf([1]))
    settings = { ...settings, weather: { ...settings.weather, agreed: null } }
    await weather().run()
    settings = { ...settings, place: null, weather: { ...settings.weather, agreed: { at: 1, by: 'x' } } }
    await weather().run()
    expect(asked).toEqual([])
  })

  it.runIf(existsSync(SAMPLE))('reads the service’s own answer', async () => {
    answer = says(readFileSync(SAMPLE, 'utf8'))
    clock.at = Date.parse('2023-01-01T12:00:00Z')
    await weather().run()
    expect(failures).toEqual([])
    const hours = await readWeather(store.readings, { place: NAME, from: 0, to: NOW })
    expect(hours).toHaveLength(48)
    const noon = hours.find((h) => h.start === Date.parse('2023-01-01T11:00:00Z'))
    expect(noon).toMatchObject({ ghi: 111, dni: 48.7, dhi: 99, airTemperature: 15.8, windSpeed: null })
  })

  it.each<[string, Answer, RegExp]>([
    ['no answer', () => {}, /did not answer in time/],
    ['400 with a reason', says('{"error":true,"reason":"Cannot initialize"}', 400), /status 400: Cannot initialize/],
    ['429', says('{"error":true,"reason":"Too many"}', 429), /status 429: Too many/],
    ['500', says('<html>oops</html>', 500), /status 500$/],
    ['half an answer', says(answerOf([1, 2, 3]).slice(0, 90)), /not whole JSON/],
    ['other units', says(answerOf([1], { hourly_units: { shortwave_radiation: 'kW/m²' } })), /"kW\/m²", not in W\/m²/],
    ['no irradiance', says(answerOf([null, null])), /no hour with irradiance/],
    ['no fields', says('{"latitude":45}'), /no usable "utc_offset_seconds"/],
    ['too few values', says(answerOf([1, 2]).replace('[1,2]', '[1]')), /has 1 values for 2 hours/],
    ['another zone', says(answerOf([1], { utc_offset_seconds: 7200 })), /7200 s off GMT/],
    ['an answer without end', says(`"${'x'.repeat(200_000)}"`), /more than 100000 bytes/],
    ['the way to another host', says('', 302, { location: 'http://127.0.0.1:1/' }), /could not be reached/],
    ['a closed connection', (request) => request.socket.destroy(), /could not be reached/],
  ])('keeps what it has after %s, and says why', async (_, bad, why) => {
    const desk = weather()
    answer = says(answerOf([0, 100, 200]))
    await desk.run()
    const before = await stored()
    answer = bad
    pass(2 * HOUR)
    await desk.run()
    expect(failures.at(-1)).toMatch(why)
    expect(desk.stand.failure).toMatch(why)
    expect(await stored()).toEqual(before)
    expect(desk.stand.fetchedAt).toBe(NOW)
  })

  it('asks once an hour, less and less often while it fails, and an hour later after 429', async () => {
    const desk = weather()
    answer = says('no', 500)
    const calls: number[] = []
    for (let minute = 0; minute < 16; minute++) {
      const before = forecasts().length
      await desk.run()
      if (forecasts().length > before) calls.push(minute)
      pass(MINUTE)
    }
    expect(calls).toEqual([0, 1, 3, 6, 12])
    answer = says('{}', 429, { 'retry-after': '7200' })
    pass(3 * HOUR)
    await desk.run()
    const n = forecasts().length
    answer = says(answerOf([1]))
    pass(119 * MINUTE)
    await desk.run()
    expect(forecasts()).toHaveLength(n)
    pass(2 * MINUTE)
    await desk.run()
    expect(forecasts()).toHaveLength(n + 1)
    pass(59 * MINUTE)
    await desk.run()
    expect(forecasts()).toHaveLength(n + 1)
    pass(MINUTE)
    await desk.run()
    expect(forecasts()).toHaveLength(n + 2)
  })

  it('has after a restart what it had before, and does not ask at once', async () => {
    answer = says(answerOf([0, 100, 200]))
    await weather().run()
    await store.close()
    store = await openStore(dataDir)
    pass(10 * MINUTE)
    asked.length = 0
    const again = weather()
    await again.run()
    expect(forecasts()).toHaveLength(0)
    expect(again.stand.fetchedAt).toBe(NOW)
    expect(await again.hours(LONG_AGO + HOUR, NOW + HOUR)).toHaveLength(3)
  })

  it('believes the satellite more than any forecast of the same hour', async () => {
    const hour = Date.parse('2026-06-20T10:00:00Z')
    const of = (ghi: number) => [
      {
        start: hour,
        ghi,
        dni: null,
        dhi: null,
        airTemperature: null,
        windSpeed: null,
        precipitation: null,
        snowDepth: null,
      },
    ]
    await saveWeather(store.readingsWriter, { place: NAME, at: 1, satellite: false, hours: of(100) })
    await saveWeather(store.readingsWriter, { place: NAME, at: 2, satellite: true, hours: of(200) })
    await saveWeather(store.readingsWriter, { place: NAME, at: 3, satellite: false, hours: of(300) })
    expect((await stored())[0]?.ghi).toBe(200)
    expect(await weatherStand(store.readings, NAME)).toEqual({ forecastAt: null, satelliteTo: hour })
  })

  it('forgets another place when the community moves', async () => {
    answer = says(answerOf([1, 2]))
    const desk = weather()
    await desk.run()
    settings = { ...settings, place: { latitude: 40, longitude: 7 } }
    pass(SECOND)
    await desk.run()
    expect(await stored()).toEqual([])
    expect(await desk.hours(LONG_AGO + HOUR, NOW + HOUR)).toHaveLength(2)
  })
})
