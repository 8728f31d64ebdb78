import { dayGrid, dayNumber } from '../domain/community-day.ts'
import type { PlantForecast } from '../domain/forecast.ts'
import { EMPTY_BANDS, emptyForecast } from '../domain/forecast.ts'
import type { DayWatts, Issued, IssuedHour } from '../domain/forecast-issue.ts'
import { addWatts, hoursOf, issue, plantWatts } from '../domain/forecast-issue.ts'
import { modelDay, skyDay } from '../domain/forecast-sky.ts'
import type { SolarGrid } from '../domain/solar-grid.ts'
import { solarDay, solarDayStart, solarGrid } from '../domain/solar-grid.ts'
import { DAY, dayBounds, dayOf, HOUR } from '../domain/time.ts'
import { COMMUNITY } from '../store/forecasts.ts'
import { byStart, daysFrom, heardDays } from './forecast-days.ts'
import { type IssuedBefore, NOTHING_ISSUED, withWeather } from './forecast-issued.ts'
import type { Learned, LearnedDay, Roof } from './forecast-learning.ts'
import { learnFromDay, NOTHING_LEARNED } from './forecast-learning.ts'
import type { CurrentForecast, ForecastingOptions } from './forecast-ports.ts'
import { scoreDay } from './forecast-scores.ts'
import { SingleRun } from './single-run.ts'
import { Steps } from './steps.ts'

/** A day that is not over may still be filled by nodes that were away: what is kept on disk is learned to here. */
const SETTLED_DAYS = 3
/** So far back is learned at first. */
const PAST_DAYS = 120
/** So far back days are scored that were not when they ended: the hub was off, or their measurements came later. */
const SCORED_DAYS = 30
const EVERY = HOUR

/**
 * Learns every roof day by day, issues forecasts of today and two days more once an hour or when there is new weather, keeps and
 * scores them. It works in small steps, so that nobody waits for it.
 */
export class Forecasting {
  readonly #options: ForecastingOptions
  #settled: Learned | null = null
  #key = ''
  #current: CurrentForecast | null = null
  #models: ReadonlyMap<string, PlantForecast> = new Map()
  readonly #work = new SingleRun(() => this.#run())
  #hours = new Map<string, readonly IssuedHour[]>()
  /** The past as it was heard at the last look, where that is not what was learned from. */
  #grown = ''

  constructor(options: ForecastingOptions) {
    this.#options = options
  }

  get current(): CurrentForecast | null {
    return this.#current
  }

  /** What was learned of a roof up to yesterday. */
  model(house: string): PlantForecast | null {
    return this.#models.get(house) ?? null
  }

  /** Hours to come of a house, the running one included; empty where there is no forecast. Synchronous: for the tick's image. */
  hours(house: string, now: number): readonly IssuedHour[] {
    const hours = this.#hours.get(house) ?? []
    const first = hours.findIndex((hour) => hour.start + HOUR > now)
    return first <= 0 ? (first < 0 ? [] : hours) : hours.slice(first)
  }

  /** Does what is due. A call while another runs waits for that one instead. */
  run(): Promise<void> {
    return this.#work.run()
  }

  stop(): Promise<void> {
    return this.#work.stop()
  }

  async #run(): Promise<void> {
    const { now, settings, roofs: allRoofs, weather } = this.#options
    const at = now()
    const { place, zone } = settings()
    const roofs = allRoofs()
    if (place === null || roofs.length === 0) {
      this.#settled = null
      this.#current = null
      this.#hours = new Map()
      return
    }
    const key = JSON.stringify([place, zone, roofs])
    const last = this.#current
    const isDue =
      (await this.#hasGrown(solarGrid(place.longitude), at)) ||
      last === null ||
      key !== this.#key ||
      at - last.issuedAt >= EVERY ||
      at < last.issuedAt ||
      (weather.stand.fetchedAt ?? 0) > (last.weatherAt ?? 0) ||
      at >= (last.days[0]?.to ?? 0)
    if (!isDue) return
    const started = performance.now()
    const steps = new Steps()
    const grid = solarGrid(place.longitude)
    if (key !== this.#key || this.#settled === null) {
      this.#settled = await this.#options.store.load(grid, planesOf(roofs, place))
      steps.restart()
    }
    const job = { at, grid, zone, place, roofs, steps }
    const { tip, daysLearned } = await this.#catchUp(job)
    if (this.#work.isStopped) return
    await this.#issue(job, tip)
    this.#key = key
    const tookMs = performance.now() - started
    const { longestMs: longestStepMs, longestCpuMs: longestStepCpuMs } = steps
    this.#options.onDone?.({ daysLearned, houses: roofs.length, tookMs, longestStepMs, longestStepCpuMs })
  }

  /** Whether the past that was learned from has been filled since, by a replayed file say, and is quiet again: then all is learned anew. */
  async #hasGrown(grid: SolarGrid, at: number): Promise<boolean> {
    const settled = this.#settled
    if (!settled || settled.communityTo === null) return false
    const heard = await heardDays(this.#options.store, grid, solarDay(grid, at) - PAST_DAYS, settled.communityTo)
    const now = JSON.stringify([...heard])
    const isOther = [...heard].some(([day, n]) => n !== (settled.heard.get(day) ?? 0))
    const isQuiet = now === this.#grown
    this.#grown = isOther ? now : ''
    if (!isOther || !isQuiet) return false
    this.#settled = NOTHING_LEARNED
    return true
  }

  /** Learns what is settled and keeps it; then, for now alone, the days after. */
  async #catchUp(job: Job): Promise<{ tip: Learned; daysLearned: number }> {
    const { store } = this.#options
    const today = solarDay(job.grid, job.at)
    const first = await store.first()
    const oldest = Math.max(today - PAST_DAYS, first === null ? today : solarDay(job.grid, first))
    let settled = this.#settled ?? NOTHING_LEARNED
    let daysLearned = 0
    let tip = settled
    const missing = job.roofs.map((roof) => settled.plants.get(roof.id)?.learnedTo ?? oldest - 1)
    for (let day = Math.max(oldest, Math.min(...missing) + 1); day < today; day++) {
      if (this.#work.isStopped) break
      const from = day < today - SETTLED_DAYS ? settled : tip
      const done = await this.#learn(from, day, job)
      tip = done.learned
      daysLearned += 1
      if (day < today - SETTLED_DAYS) settled = tip
      if (day >= today - SCORED_DAYS) await this.#score(day, done, job)
    }
    if (settled !== this.#settled && settled.plants.size > 0) {
      const heard = await heardDays(store, job.grid, oldest, today - SETTLED_DAYS - 1)
      settled = { ...settled, heard }
      const changed = [...settled.plants].filter(([id, model]) => this.#settled?.plants.get(id) !== model)
      await store.saveLearned(
        settled,
        planesOf(job.roofs, job.place),
        changed.map(([id]) => id),
      )
      job.steps.restart()
    }
    this.#settled = settled
    this.#models = tip.plants
    return { tip, daysLearned }
  }

  async #learn(learned: Learned, day: number, { grid, zone, place, roofs, steps }: Job): Promise<LearnedDay> {
    const from = solarDayStart(grid, day)
    const range = { from, to: from + DAY, slotMs: grid.slotMs }
    const [production, faulty, hours] = await Promise.all([
      this.#options.store.production(range),
      this.#options.store.faulty(range.from, range.to, dayNumber(dayGrid(place), range.from + DAY / 2)),
      this.#options.weather.hours(range.from - HOUR, range.to),
    ])
    steps.restart()
    const sky = skyDay(grid, day, place, byStart(hours))
    await steps.between()
    const issued = sky.weather ? await this.#issuedFor(from + DAY / 2, zone) : NOTHING_ISSUED
    steps.restart()
    return learnFromDay(learned, { grid, roofs, sky, production, faulty, issued, steps })
  }

  /** What had been issued with weather of the day of this noon. */
  async #issuedFor(noon: number, zone: string): Promise<IssuedBefore> {
    const { from } = dayBounds(dayOf(noon, zone), zone)
    const { store } = this.#options
    const [eve, earlier] = await Promise.all([store.before(from, DAY), store.before(from - DAY, DAY)])
    return { eve: withWeather(eve), earlier: withWeather(earlier) }
  }

  async #issue(job: Job, tip: Learned): Promise<void> {
    const { at, grid, zone, place, roofs, steps } = job
    const { store, weather } = this.#options
    const days = daysFrom(at, zone)
    const span = { from: days[0]?.from ?? at, to: days.at(-1)?.to ?? at }
    const weatherAt = weather.stand.fetchedAt
    const today = solarDay(grid, at)
    const start = solarDayStart(grid, today)
    const [hours, production] = await Promise.all([
      weather.hours(Math.min(span.from, start) - HOUR, span.to + DAY),
      store.production({ from: start, to: start + DAY, slotMs: grid.slotMs }),
    ])
    steps.restart()
    const skies = []
    const known = byStart(hours)
    for (let day = today; solarDayStart(grid, day) < span.to; day++) {
      skies.push(skyDay(grid, day, place, known))
      await steps.between()
    }
    const issued = new Map<string, Issued>()
    const watts: (readonly DayWatts[])[] = []
    const unknown = new Float64Array(grid.slots).fill(Number.NaN)
    let source: Issued['source'] | null = null
    for (const roof of roofs) {
      const model = tip.plants.get(roof.id) ?? emptyForecast(grid)
      const plant = plantWatts({
        model,
        grid,
        peakPower: roof.peakPower,
        modelled: skies.map((sky) => modelDay(sky, roof.plane)),
        measured: (production.get(roof.id) ?? unknown).map((w) => w / roof.peakPower),
        now: at,
        weatherAge: weatherAt === null ? null : at - weatherAt,
      })
      watts.push(plant.days)
      source = source === null || plant.source === 'cielo_sereno' ? plant.source : source
      issued.set(roof.id, issue({ ...plant, watts: plant.days, bands: model.bands, grid, days, now: at }))
      await steps.between()
    }
    const community = { source: source ?? 'anno_tipo', watts: addWatts(watts), bands: tip.community ?? EMPTY_BANDS }
    issued.set(COMMUNITY, issue({ ...community, grid, days, now: at }))
    await steps.between()
    this.#current = { issuedAt: at, weatherAt, days, issued }
    this.#hours = new Map([...issued].map(([house, { slots }]) => [house, hoursOf(slots)]))
    await steps.between()
    await store.save(at, weatherAt, issued)
    await store.retire(at)
    steps.restart()
  }

  /** Yesterday by the clock, once it is over for the sun as well: forecast beside fact, every house and the community. */
  async #score(day: number, done: LearnedDay, { grid, zone, at, roofs, steps }: Job): Promise<void> {
    const { store } = this.#options
    const noon = solarDayStart(grid, day) + 12 * HOUR
    const civil = dayOf(noon, zone)
    const bounds = dayBounds(civil, zone)
    const scored = await store.scored(bounds.from)
    // Of yesterday all may still come in; an older day that has scores has them from what was really issued.
    const isDone = at < bounds.to || scored.has(COMMUNITY) || (scored.size > 0 && day < solarDay(grid, at) - 1)
    steps.restart()
    if (isDone) return
    const scores = await scoreDay({
      day: { day: civil.toString(), ...bounds },
      done,
      grid,
      roofs,
      stored: store.before,
      steps,
    })
    await store.saveScores(scores)
    steps.restart()
  }
}

interface Job {
  readonly at: number
  readonly grid: SolarGrid
  readonly zone: string
  readonly place: { readonly latitude: number; readonly longitude: number }
  readonly roofs: readonly Roof[]
  readonly steps: Steps
}

/** What a roof's past was modelled with: another plane or place, and it is learned anew. */
function planesOf(roofs: readonly Roof[], place: Job['place']): Map<string, string> {
  return new Map(roofs.map(({ id, peakPower, plane }) => [id, JSON.stringify([peakPower, plane, place])]))
}
