import type { CleaningMoney } from '../domain/cleaning.ts'
import { cleaningMoney, daysToRain, holdNow, planCleaning, RAIN_SOON_DAYS } from '../domain/cleaning.ts'
import { learnedEfficacy } from '../domain/cleaning-outcome.ts'
import type { CleaningMessage, CleaningRun } from '../domain/cleaning-run.ts'
import { advanceRun } from '../domain/cleaning-run.ts'
import { dayGrid, dayNumber } from '../domain/community-day.ts'
import type { ClockReading } from '../domain/elapsed.ts'
import type { Settings } from '../domain/settings.ts'
import type { SoilingKind, SoilingVerdict } from '../domain/soiling.ts'
import { sunPosition } from '../domain/sun.ts'
import { tariffOn } from '../domain/tariff.ts'
import { DAY, dayOf, HOUR } from '../domain/time.ts'
import type { WeatherHour } from '../domain/weather.ts'
import type { StoredCleaning, StoredRun } from '../store/cleanings.ts'
import type { KeyedHouse } from '../store/houses.ts'
import type { SoilingOutcome, SoilingRequest } from '../store/soiling.ts'
import type { Health } from './health.ts'
import type { Relays } from './relays.ts'

export interface CleaningOptions {
  readonly clocks: () => ClockReading & { readonly clockCertain: boolean }
  readonly registry: () => {
    readonly houses: ReadonlyMap<string, KeyedHouse>
    readonly settings: Settings
    readonly cleaning: readonly CleaningRun[]
  }
  readonly relays: Pick<Relays, 'runFacts'>
  /** What each roof looks like and when nothing is to be learned of it. */
  readonly roofs: () => Pick<SoilingRequest, 'roofs' | 'unfit'>
  readonly judge: (request: Omit<SoilingRequest, 'readings' | 'place'>) => Promise<SoilingOutcome>
  readonly past: () => Promise<{ readonly done: readonly StoredRun[]; readonly latest: readonly StoredCleaning[] }>
  readonly propose: (proposal: Proposal, approvedBy: string | null) => Promise<unknown>
  readonly withdraw: (proposal: number) => Promise<unknown>
  readonly saveOutcome: (outcome: SoilingOutcome['outcomes'][number]) => Promise<unknown>
  readonly saveRuns: (
    changes: readonly { before: CleaningRun; after: CleaningRun }[],
  ) => Promise<readonly CleaningRun[]>
  readonly send: (message: CleaningMessage) => Promise<unknown>
  readonly nextId: () => string
  readonly health: Health
  readonly onError?: (error: unknown) => void
}

export interface Proposal {
  readonly at: number
  readonly day: number
  readonly verdict: SoilingVerdict
  readonly money: CleaningMoney
  readonly plan: { readonly houses: readonly string[]; readonly control: string | null }
}

/** A place whose proposal was turned down is not asked again for so long, ms. */
const ASK_AGAIN = 14 * DAY
/** Verdicts that take a proposal of the hub's own back; what a person has proposed stays. */
const WASHED: readonly SoilingKind[] = ['clean', 'tooSoon']
/** The hub's own name where it decides by itself. */
const HUB = 'hub'

/** Dirt on the roofs of a community: looked for once an hour in another thread, proposed, and washed off where somebody agrees. */
export class Cleaning {
  readonly #options: CleaningOptions
  #verdict: SoilingVerdict | null = null
  #forecast: readonly WeatherHour[] = []
  #stepping = false
  #judging: Promise<void> = Promise.resolve()

  constructor(options: CleaningOptions) {
    this.#options = options
  }

  /** What is known of the community's panels; null before the first look, and where there is no measured weather. */
  get verdict(): SoilingVerdict | null {
    return this.#verdict
  }

  /** Judges what is known, measures what earlier cleanings have brought, and proposes one where it pays. */
  judge(): Promise<void> {
    // One after the other: two looks at once would propose twice.
    this.#judging = this.#judging.then(() => this.#judge())
    return this.#judging
  }

  async #judge(): Promise<void> {
    const { clocks, registry, roofs, judge, past, health, onError } = this.#options
    const { settings } = registry()
    if (settings.place === null || settings.cleaning.mode === 'spenta') {
      this.#verdict = null
      await this.#withdraw(() => true)
      return
    }
    try {
      const { done, latest } = await past()
      const grid = dayGrid(settings.place)
      const dayOfRun = (run: CleaningRun) => dayNumber(grid, run.endedAt ?? 0)
      const cleaned = new Map(done.toReversed().map((run) => [run.house, dayOfRun(run)]))
      const outcome = await judge({
        now: clocks().now,
        site: settings.place,
        ...roofs(),
        cleaned: [...cleaned],
        unmeasured: unmeasured(done, latest, dayOfRun),
      })
      for (const told of outcome.outcomes) await this.#options.saveOutcome(told)
      this.#verdict = outcome.verdict
      this.#forecast = outcome.forecast
      if (outcome.verdict.kind === 'soiled') await this.#propose(outcome, { done, latest, cleaned })
      else if (WASHED.includes(outcome.verdict.kind))
        await this.#withdraw((proposal) => latest.some((c) => c.id === proposal && c.by === null))
      health.set('cleaning', null)
    } catch (error) {
      if (health.set('cleaning', error instanceof Error ? error.message : String(error))) onError?.(error)
    }
  }

  async #propose(
    { verdict, usualWh }: SoilingOutcome,
    past: { done: readonly StoredRun[]; latest: readonly StoredCleaning[]; cleaned: ReadonlyMap<string, number> },
  ): Promise<void> {
    const { clocks, registry, propose } = this.#options
    const { settings, houses, cleaning } = registry()
    const { now, clockCertain } = clocks()
    const [last] = past.latest
    if (!clockCertain || cleaning.length > 0 || (last && now - last.at < ASK_AGAIN)) return
    const known = { ...verdict, soiled: verdict.soiled.filter((h) => houses.has(h)) }
    const plan = planCleaning(known, (h) => houses.get(h)?.peakPower ?? 0, past.cleaned, settings.cleaning)
    const rain = daysToRain(this.#forecast, now)
    if (plan.houses.length === 0 || (rain !== null && rain < RAIN_SOON_DAYS)) return
    const usual = new Map(usualWh)
    const money = cleaningMoney({
      loss: verdict.loss,
      dailyWh: plan.houses.reduce((sum, h) => sum + (usual.get(h) ?? 0), 0),
      houses: plan.houses.length,
      daysToRain: rain,
      efficacy: learnedEfficacy(past.done.flatMap((run) => (isOutcome(run.outcome) ? [run.outcome] : []))),
      tariff: tariffOn(dayOf(now, settings.zone).toString(), settings.tariffs),
      settings: settings.cleaning,
    })
    if (!money.pays) return
    const approvedBy = settings.cleaning.mode === 'automatica' ? HUB : null
    await propose({ at: now, day: verdict.day, verdict, money, plan }, approvedBy)
  }

  /** What nobody has answered yet is taken back: the rain has washed, or nobody wants to be asked any more. */
  async #withdraw(which: (proposal: number) => boolean): Promise<void> {
    const waiting = new Set(
      this.#options.registry().cleaning.flatMap((run) => (run.state === 'proposed' ? [run.proposal] : [])),
    )
    for (const proposal of waiting) if (which(proposal)) await this.#options.withdraw(proposal)
  }

  /** Goes on with runs that were approved. What cannot be saved is not sent. */
  async step(): Promise<void> {
    const { registry, saveRuns, send, onError } = this.#options
    if (this.#stepping || registry().cleaning.every((run) => run.state === 'proposed')) return
    this.#stepping = true
    try {
      const steps = registry().cleaning.flatMap((before) => {
        const { run, message } = this.#advance(before)
        return run === before ? [] : [{ before, after: run, message }]
      })
      if (steps.length === 0) return
      const saved = new Set(await saveRuns(steps))
      for (const { after, message } of steps) {
        if (message && saved.has(after)) await send(message).catch((error: unknown) => onError?.(error))
      }
    } catch (error) {
      onError?.(error)
    } finally {
      this.#stepping = false
    }
  }

  #advance(run: CleaningRun): ReturnType<typeof advanceRun> {
    const { clocks, registry, relays, nextId } = this.#options
    const { now, elapsed, clockCertain } = clocks()
    const { place, cleaning } = registry().settings
    // In doubt about the hour nothing is begun.
    if (run.state === 'approved' && !run.stop && (!clockCertain || cleaning.mode === 'spenta'))
      return { run, message: null }
    const hold = holdNow({
      sunElevation: place === null ? null : sunPosition(now, place).elevation,
      air: this.#forecast.find((h) => h.start <= now && now < h.start + HOUR) ?? null,
      daysToRain: daysToRain(this.#forecast, now),
    })
    const facts = relays.runFacts(run.house, run.command)
    return advanceRun(run, { now, elapsed, ...facts, hold, runS: cleaning.runS, nextId })
  }
}

function unmeasured(
  done: readonly StoredRun[],
  latest: readonly StoredCleaning[],
  dayOfRun: (run: CleaningRun) => number,
): SoilingRequest['unmeasured'] {
  return done.flatMap((run) => {
    const of = latest.find((c) => c.id === run.proposal)
    if (run.outcome !== null || !of) return []
    const control = of.runs.find((r) => r.state === 'control')?.house ?? null
    const { proposal, house } = run
    return [{ proposal, house, day: dayOfRun(run), loss: of.verdict?.loss ?? 0, control }]
  })
}

function isOutcome<T>(outcome: T | 'tooLate' | null): outcome is T {
  return outcome !== null && outcome !== 'tooLate'
}
