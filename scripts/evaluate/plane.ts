import { clearDay, dayGrid, dayNumber, dayStart, hourOf, unknownHours } from '../../hub/domain/community-day.ts'
import { DEFAULT_PLANE, turnBetween, wrongPlane } from '../../hub/domain/effective-plane.ts'
import type { Plane, Site } from '../../hub/domain/irradiance.ts'
import { fitPlane, type PlaneFit } from '../../hub/domain/plane-fit.ts'
import { clearDaysOf, type MadeDay } from '../../hub/domain/solar-clock.ts'
import { DAY, HOUR } from '../../hub/domain/time.ts'
import type { Evaluation } from './context.ts'
import { isScored } from './context.ts'
import { DataError } from './data.ts'
import { readAlmeria, readHouses, readSerf, readTurin } from './houses.ts'
import { Errors, mean } from './metrics.ts'
import type { Row } from './row.ts'
import { atMost, rowOf } from './row.ts'
import { readPlanes } from './street.ts'

const GROUP = 'plane'
const EARLY_DAYS = 60

interface KnownRoof {
  readonly name: string
  readonly site: Site
  readonly plane: Plane
  /** Wh per Wp. */
  readonly days: readonly MadeDay[]
}

/** Tilt and azimuth read from a roof's own clear days, beside what is published of it; a roof to the south is the baseline. */
export function evaluatePlane(evaluation: Evaluation): Row[] {
  const homes = homesOf(evaluation)
  const fits = homes.map((home) => fitOf(home, home.days))
  const early = homes.map((home) => fitOf(home, home.days.slice(0, EARLY_DAYS)))
  const turn = (of: readonly (PlaneFit | null)[]) =>
    of.flatMap((fit, i) => (fit ? [turnBetween(fit.azimuth, homes[i]?.plane.azimuth ?? 180)] : []))
  const lean = (of: readonly (PlaneFit | null)[]) =>
    of.flatMap((fit, i) => (fit ? [Math.abs(fit.tilt - (homes[i]?.plane.tilt ?? 20))] : []))
  const south = mean(homes.map(({ plane }) => turnBetween(DEFAULT_PLANE.azimuth, plane.azimuth)))
  const flat = mean(homes.map(({ plane }) => Math.abs(DEFAULT_PLANE.tilt - plane.tilt)))
  const known = fits.filter((fit) => fit !== null).length
  const note =
    'published planes of the homes were fitted by somebody else from the same year, with another model: they are no survey'
  return [
    rowOf(GROUP, `${known} of ${homes.length} homes: mean azimuth error`, mean(turn(fits)), 'deg', {
      baselines: { 'to the south': south, [`from ${EARLY_DAYS} days`]: mean(turn(early)) },
      note,
    }),
    rowOf(GROUP, `${known} of ${homes.length} homes: worst azimuth error`, Math.max(...turn(fits)), 'deg', {
      baselines: { [`from ${EARLY_DAYS} days`]: Math.max(...turn(early)) },
      goal: atMost(15, 'deg'),
    }),
    rowOf(GROUP, `${known} of ${homes.length} homes: mean tilt error`, mean(lean(fits)), 'deg', {
      baselines: { '20 degrees': flat, [`from ${EARLY_DAYS} days`]: mean(lean(early)) },
    }),
    ...singleRoofs(evaluation),
    ...entryRows(homes, fits),
    ...gainRows(evaluation, homes),
  ]
}

function singleRoofs(evaluation: Evaluation): Row[] {
  const serf = { plane: { tilt: 45, azimuth: 158 } }
  const roofs = [
    { ...readTurin(evaluation.data), name: 'Turin 2019' },
    { ...readAlmeria(evaluation.data), name: 'Almeria 2023' },
    { ...readSerf(evaluation.data), ...serf, name: 'SERF, July to October' },
  ]
  return roofs.flatMap(({ name, place, plane, start, yield: yields, stepMs }) => {
    if (!plane) return []
    const days = cut(evaluation, place, start, (i) => ((yields[i] ?? Number.NaN) * stepMs) / HOUR, stepMs)
    const fit = fitPlane(days, dayGrid(place), place)
    if (!fit) return []
    return [
      rowOf(GROUP, `${name}: azimuth error`, turnBetween(fit.azimuth, plane.azimuth), 'deg', {
        baselines: { 'to the south': turnBetween(DEFAULT_PLANE.azimuth, plane.azimuth) },
        note: `fitted ${fit.azimuth.toFixed(0)} +- ${fit.azimuthError.toFixed(0)}, published ${plane.azimuth}; ${fit.days} clear days`,
      }),
      rowOf(GROUP, `${name}: tilt error`, Math.abs(fit.tilt - plane.tilt), 'deg', {
        baselines: { '20 degrees': Math.abs(DEFAULT_PLANE.tilt - plane.tilt) },
        note: `fitted ${fit.tilt.toFixed(0)} +- ${fit.tiltError.toFixed(0)}, published ${plane.tilt}`,
      }),
    ]
  })
}

/** Entries turned by 90 and 45 degrees, and right ones: how many are told. */
function entryRows(homes: readonly KnownRoof[], fits: readonly (PlaneFit | null)[]): Row[] {
  const told = (turned: readonly number[]) => {
    const cases = homes.flatMap(({ plane }, i) =>
      turned.map((by) => wrongPlane({ ...plane, azimuth: (plane.azimuth + by + 360) % 360 }, fits[i] ?? null)?.azimuth),
    )
    return (100 * cases.filter(Boolean).length) / cases.length
  }
  const right = homes.filter(({ plane }, i) => wrongPlane(plane, fits[i] ?? null) !== null)
  return [
    rowOf(GROUP, 'homes: azimuth entries wrong by 90 degrees that are told', told([90, -90]), '%', {
      baselines: { 'by 45 degrees': told([45, -45]), 'by 30 degrees': told([30, -30]) },
    }),
    rowOf(GROUP, 'homes: published entries called wrong', right.length, 'homes', { goal: atMost(0), digits: 0 }),
  ]
}

/** How well the cloudless yardstick fits clear days that the plane was not read from. */
function gainRows(evaluation: Evaluation, homes: readonly KnownRoof[]): Row[] {
  const errors = { fitted: new Errors(), south: new Errors(), published: new Errors() }
  for (const home of homes) {
    const half = home.days.length >> 1
    const [before, after] = [home.days.slice(0, half), home.days.slice(half)]
    const fit = fitOf(home, before)
    if (!fit) continue
    const grid = dayGrid(home.site)
    const later = clearDaysOf(after).filter(({ day }) => isScored(evaluation, dayStart(grid, day)))
    for (const [name, plane] of [
      ['fitted', fit],
      ['south', DEFAULT_PLANE],
      ['published', home.plane],
    ] as const) {
      const model = ({ day }: MadeDay) =>
        clearDay(grid, day, home.site, [{ id: home.name, peakPower: 1, plane }]).get(home.name) ?? unknownHours()
      const total = (series: Float64Array) => series.reduce((sum, wh) => sum + (Number.isNaN(wh) ? 0 : wh), 0)
      const past = clearDaysOf(before)
      const scale = mean(past.map((day) => total(day.produced) / total(model(day))))
      for (const day of later) {
        const clear = model(day)
        for (let h = 0; h < 24; h += 1) errors[name].add(scale * hourOf(clear, h), hourOf(day.produced, h))
      }
    }
  }
  return [
    rowOf(GROUP, 'homes, later clear days: cloudless yardstick, hourly nRMSE 24 h', 100 * errors.fitted.rmse, '% kWp', {
      baselines: { 'to the south': 100 * errors.south.rmse, 'published plane': 100 * errors.published.rmse },
      note: 'plane and level from the first half of the days, scored on clear days of the second',
      digits: 2,
    }),
  ]
}

function fitOf(home: KnownRoof, days: readonly MadeDay[]): PlaneFit | null {
  return fitPlane(days, dayGrid(home.site), home.site)
}

function homesOf(evaluation: Evaluation): KnownRoof[] {
  const site = { ...evaluation.place, altitude: 370 }
  const planes = readPlanes(evaluation.data)
  const homes = readHouses(evaluation.data).flatMap(({ id, start, pvKwh, kwp }): KnownRoof[] => {
    const plane = planes.get(id)
    const days = cut(evaluation, site, start, (i) => (pvKwh[i] ?? Number.NaN) / kwp, HOUR)
    return plane ? [{ name: id, site, plane, days }] : []
  })
  if (homes.length === 0)
    throw new DataError('citylearn_houses_meta.csv names no house of citylearn_houses_hourly.csv.gz.')
  return homes
}

/** Hours of whole days before `--to`; energies of shorter steps are added up. */
function cut(
  evaluation: Evaluation,
  site: Site,
  start: Float64Array,
  wh: (i: number) => number,
  stepMs: number,
): MadeDay[] {
  const grid = dayGrid(site)
  const days = new Map<number, { produced: Float64Array; steps: Float64Array }>()
  for (const [i, at] of start.entries()) {
    if (evaluation.to !== null && at >= evaluation.to) continue
    const day = dayNumber(grid, at)
    const own = days.get(day) ?? { produced: new Float64Array(24), steps: new Float64Array(24) }
    days.set(day, own)
    const hour = Math.floor((at + grid.shift - day * DAY) / HOUR)
    own.produced[hour] = hourOf(own.produced, hour) + wh(i)
    own.steps[hour] = hourOf(own.steps, hour) + 1
  }
  return [...days]
    .sort(([a], [b]) => a - b)
    .map(([day, { produced, steps }]) => ({
      day,
      produced: produced.map((value, hour) => (steps[hour] === HOUR / stepMs ? value : Number.NaN)),
    }))
}
