import { clearSky, erbs } from '../../hub/domain/irradiance.ts'
import { plantPower } from '../../hub/domain/pv-model.ts'
import type { SolarGrid } from '../../hub/domain/solar-grid.ts'
import { solarGrid } from '../../hub/domain/solar-grid.ts'
import { HOUR } from '../../hub/domain/time.ts'
import type { Evaluation } from './context.ts'
import { isScored } from './context.ts'
import type { HouseSeries, RoofSeries } from './houses.ts'
import { readHouses, readSerf, readTurin } from './houses.ts'
import { Errors, mean, skill } from './metrics.ts'
import type { Row } from './row.ts'
import { atLeast, atMost, between, rowOf } from './row.ts'
import { clearDay, cutDays, meansOf } from './solar-days.ts'
import type { WalkDay, Walked } from './walk.ts'
import { blend, total, walk } from './walk.ts'

const GROUP = 'forecast'
/** Days that persistence and the plain blend need before they can be compared with. */
const WARM_UP = 6
/** A plane of which nothing is known. */
const DEFAULT_PLANE = { tilt: 20, azimuth: 180 }

/** Scores of one plant. */
interface Scores {
  readonly skill: number
  readonly blend: number
  readonly climatology: number
  readonly nmae: number
  readonly dayMae: number
  readonly persistenceDayMae: number
  readonly coverage: number
  readonly dayCoverage: number
  /** The same of the day after next, without weather. */
  readonly laterCoverage: number
  readonly aboveMiddle: number
}

/** Day-ahead forecasts, issued at the end of the day before, against persistence (yesterday again) and the plain blend. */
export function evaluateForecast(evaluation: Evaluation): Row[] {
  const rows: Row[] = []
  const skipped: unknown[] = []
  for (const part of [turinRows, homesRows, serfRows]) {
    try {
      rows.push(...part(evaluation))
    } catch (error) {
      skipped.push(error)
    }
  }
  if (rows.length === 0) throw skipped[0]
  return rows
}

function turinRows(evaluation: Evaluation): Row[] {
  const turin = readTurin(evaluation.data)
  const grid = solarGrid(turin.place.longitude, HOUR)
  const days = roofDays(grid, turin, turin.plane ?? DEFAULT_PLANE)
  const [walked = []] = walk(grid, [days])
  const score = scoresOf(evaluation, walked, () => true)
  const [unknown = []] = walk(grid, [roofDays(grid, turin, DEFAULT_PLANE)])
  return [
    ...offlineRows('Turin 2019', score, 20),
    rowOf(GROUP, 'Turin 2019, plane unknown: hourly RMSE skill', scoresOf(evaluation, unknown, () => true).skill, '%', {
      baselines: { 'plane known': score.skill },
    }),
  ]
}

function homesRows(evaluation: Evaluation): Row[] {
  const houses = readHouses(evaluation.data)
  const site = { ...evaluation.place, altitude: 0 }
  const grid = solarGrid(site.longitude, HOUR)
  const plants = houses.map((house) => {
    const cut = cutDays(
      grid,
      house.start,
      house.pvKwh.map((kwh) => kwh / house.kwp),
    )
    return cut.days.map((day) => ({ ...day, clear: clearDay(grid, day.start, site, DEFAULT_PLANE), weather: null }))
  })
  const walked = walk(grid, plants)
  const scores = walked.map((days, i) => scoresOf(evaluation, days, okDays(grid, houses[i])))
  const average = (of: (score: Scores) => number) => mean(scores.map(of))
  const all = Object.fromEntries(
    (Object.keys(scores[0] ?? {}) as (keyof Scores)[]).map((key) => [key, average((s) => s[key])]),
  ) as unknown as Scores
  return [
    ...offlineRows(`mean of ${houses.length} homes`, all, 15),
    rowOf(GROUP, `worst of ${houses.length} homes: hourly RMSE skill`, Math.min(...scores.map((s) => s.skill)), '%', {
      baselines: { blend: Math.min(...scores.map((s) => s.blend)) },
    }),
    ...startRows(evaluation, walked, houses, grid),
  ]
}

/** How soon a new house is forecast well: from the installer's entry alone, and after three weeks. */
function startRows(
  evaluation: Evaluation,
  walked: readonly (readonly Walked[])[],
  houses: readonly HouseSeries[],
  grid: SolarGrid,
): Row[] {
  const part = (from: number, to: number) => {
    const errors = new Errors()
    for (const [i, days] of walked.entries()) {
      const isOk = okDays(grid, houses[i])
      for (const day of days.slice(from, to)) {
        if (!isScored(evaluation, day.start) || !isOk(day.day)) continue
        for (const [slot, value] of day.forecast.entries()) errors.add(value, day.measured[slot] ?? Number.NaN)
      }
    }
    return 100 * errors.rmse
  }
  return [
    rowOf(GROUP, 'homes, first 3 days, from peak power and place alone: hourly nRMSE 24 h', part(0, 3), '% kWp', {
      baselines: { 'the next 27 days': part(3, 30) },
      note: 'usable from day one; plane assumed 20 degrees south, typical year of northern Italy until days are known',
    }),
  ]
}

function serfRows(evaluation: Evaluation): Row[] {
  const serf = readSerf(evaluation.data)
  const grid = solarGrid(serf.place.longitude, serf.stepMs)
  const plane = { tilt: 45, azimuth: 158 }
  const site = serf.place
  const weatherAt = new Map([...serf.start].map((at, i) => [at, i]))
  const cut = cutDays(grid, serf.start, serf.yield)
  const days = cut.days.map((day): WalkDay => {
    const weather = meansOf(grid, day.start, (at) => {
      const i = weatherAt.get(Math.floor(at / serf.stepMs) * serf.stepMs)
      const ghi = i === undefined ? Number.NaN : (serf.ghi[i] ?? Number.NaN)
      const sky = clearSky(at, site)
      const split = erbs(ghi, 90 - sky.sun.elevation, sky.extraterrestrial)
      const air = { airTemperature: serf.airTemperature[i ?? 0] ?? 20, windSpeed: 1 }
      return plantPower({ ...sky, ...split }, air, { ...plane, peakPower: 1 })
    })
    return {
      ...day,
      clear: clearDay(grid, day.start, site, plane),
      weather: weather.some(Number.isNaN) ? null : weather,
    }
  })
  const [walked = []] = walk(grid, [days])
  const score = scoresOf(evaluation, walked, () => true)
  const raw = new Errors()
  let fact = 0
  for (const day of walked.slice(WARM_UP)) {
    if (!day.weather || !isScored(evaluation, day.start) || day.measured.some(Number.isNaN)) continue
    raw.add(total(day.weather), total(day.measured))
    fact += total(day.measured) / 1
  }
  return [
    rowOf(GROUP, 'SERF, with satellite weather of the day: day-energy MAE', score.dayMae, '%', {
      baselines: { persistence: score.persistenceDayMae, 'nothing learned': (100 * raw.mae * raw.count) / fact },
      goal: atMost(10, '%'),
      note: `the day's weather as a satellite saw it, not as it was forecast: the floor of the error. The data holds no weather forecasts, so the skill with one (aim: >= 35 % over persistence) cannot be shown on it`,
    }),
    rowOf(GROUP, 'SERF: facts inside P10-P90, daylight quarter-hours', score.coverage, '%', {
      goal: between(75, 85, '%'),
    }),
    rowOf(GROUP, 'SERF: hourly RMSE skill (weather of the day known)', score.skill, '%', {
      baselines: { blend: score.blend },
    }),
  ]
}

function offlineRows(name: string, score: Scores, goal: number): Row[] {
  return [
    rowOf(GROUP, `${name}, no weather: hourly RMSE skill`, score.skill, '%', {
      baselines: { persistence: 0, climatology: score.climatology, blend: score.blend },
      goal: atLeast(goal, '%'),
      note: '1 - RMSE / RMSE of yesterday again, all 24 hours, whole days flagged ok, from the 7th day on, each issued at the end of the day before',
    }),
    rowOf(GROUP, `${name}, no weather: day-energy MAE`, score.dayMae, '%', {
      baselines: { persistence: score.persistenceDayMae },
    }),
    rowOf(GROUP, `${name}, no weather: nMAE 24 h`, score.nmae, '% kWp'),
    rowOf(GROUP, `${name}, no weather: facts inside P10-P90 of the day after next`, score.laterCoverage, '%', {
      goal: between(75, 85, '%'),
    }),
    rowOf(GROUP, `${name}, no weather: facts inside P10-P90, daylight hours`, score.coverage, '%', {
      goal: between(75, 85, '%'),
      note: `days inside their P10-P90: ${score.dayCoverage.toFixed(1)} %; facts above P50: ${score.aboveMiddle.toFixed(1)} % (P50 is the forecast with the least squared error)`,
    }),
  ]
}

function roofDays(grid: SolarGrid, roof: RoofSeries, plane: { tilt: number; azimuth: number }): WalkDay[] {
  return cutDays(grid, roof.start, roof.yield).days.map((day) => ({
    ...day,
    clear: clearDay(grid, day.start, roof.place, plane),
    weather: null,
  }))
}

/** Days of a house on which every hour is flagged ok. */
function okDays(grid: SolarGrid, house: HouseSeries | undefined): (day: number) => boolean {
  const bad = new Set<number>()
  if (house)
    for (const [i, at] of house.start.entries())
      if (house.pvFlag[i] !== 'ok') bad.add(Math.floor((at + grid.offsetMs) / (grid.slots * grid.slotMs)))
  return (day) => !bad.has(day)
}

/** Daylight, for coverage: cloudless output of a twentieth of the peak. */
const DAYLIGHT = 0.05

function scoresOf(evaluation: Evaluation, walked: readonly Walked[], isOk: (day: number) => boolean): Scores {
  const blended = blend(walked, true)
  const climate = blend(walked, false)
  const errors = { own: new Errors(), persistence: new Errors(), blend: new Errors(), climatology: new Errors() }
  const days = { own: new Errors(), persistence: new Errors() }
  let inside = 0
  let above = 0
  let daylight = 0
  let laterInside = 0
  let laterDaylight = 0
  let daysInside = 0
  let fact = 0
  for (const [d, day] of walked.entries()) {
    const before = walked[d - 1]
    if (d < WARM_UP || before?.day !== day.day - 1 || !isOk(day.day) || !isScored(evaluation, day.start)) continue
    for (const [slot, value] of day.measured.entries()) {
      const yesterday = before.measured[slot] ?? Number.NaN
      if (Number.isNaN(value) || Number.isNaN(yesterday)) continue
      errors.own.add(day.forecast[slot] ?? Number.NaN, value)
      errors.persistence.add(yesterday, value)
      errors.blend.add(blended[d]?.[slot] ?? Number.NaN, value)
      errors.climatology.add(climate[d]?.[slot] ?? Number.NaN, value)
      const band = day.bands[slot]
      if (!band || (day.clear[slot] ?? 0) < DAYLIGHT) continue
      daylight += 1
      if (value >= band.p10 && value <= band.p90) inside += 1
      if (value > band.p50) above += 1
      const later = day.laterBands?.[slot]
      if (!later) continue
      laterDaylight += 1
      if (value >= later.p10 && value <= later.p90) laterInside += 1
    }
    if (day.measured.some(Number.isNaN) || before.measured.some(Number.isNaN)) continue
    days.own.add(total(day.forecast), total(day.measured))
    days.persistence.add(total(before.measured), total(day.measured))
    if (total(day.measured) >= day.dayBand.p10 && total(day.measured) <= day.dayBand.p90) daysInside += 1
    fact += total(day.measured)
  }
  const { own, persistence } = errors
  return {
    skill: skill(own.rmse, persistence.rmse),
    blend: skill(errors.blend.rmse, persistence.rmse),
    climatology: skill(errors.climatology.rmse, persistence.rmse),
    nmae: 100 * own.mae,
    dayMae: (100 * days.own.mae * days.own.count) / fact,
    persistenceDayMae: (100 * days.persistence.mae * days.persistence.count) / fact,
    coverage: (100 * inside) / daylight,
    laterCoverage: (100 * laterInside) / laterDaylight,
    dayCoverage: (100 * daysInside) / days.own.count,
    aboveMiddle: (100 * above) / daylight,
  }
}
