import { describe, expect, it } from 'vitest'
import { cleaningMoney, daysToRain, holdNow, planCleaning, staggered } from './cleaning.ts'
import { cleaningOutcome, learnedEfficacy } from './cleaning-outcome.ts'
import type { CleaningRun, RunFacts } from './cleaning-run.ts'
import { advanceRun } from './cleaning-run.ts'
import { DEFAULT_CLEANING } from './cleaning-settings.ts'
import type { SoilingDay } from './soiling.ts'
import { DAY, HOUR, MINUTE, SECOND } from './time.ts'

const NOW = Date.UTC(2026, 6, 1, 3)
const weather = (start: number, precipitation: number | null) => ({
  ...{ start, ghi: 0, dni: null, dhi: null, airTemperature: 12, windSpeed: 2, precipitation, snowDepth: 0 },
})

describe('money', () => {
  const usual = {
    ...{ loss: 0.1, dailyWh: 100_000, houses: 8, daysToRain: null, efficacy: 0.8 },
    tariff: { importEur: 0.28, exportEur: 0.1 },
    settings: { waterEur: 2, labourEur: 3 },
  }
  it('sets what is lost until the next rain against water and labour', () => {
    const money = cleaningMoney(usual)
    expect(money).toMatchObject({
      days: 30,
      rainForecast: false,
      lostWh: 300_000,
      gainEur: 45.6,
      costEur: 40,
      pays: true,
    })
    expect(cleaningMoney({ ...usual, daysToRain: 10 })).toMatchObject({
      gainEur: 15.2,
      pays: false,
      rainForecast: true,
    })
    expect(cleaningMoney({ ...usual, efficacy: 0.5 }).pays).toBe(false)
  })

  it('finds the first day of a forecast whose rain washes', () => {
    const hours = Array.from({ length: 120 }, (_, h) => weather(NOW + h * HOUR, h >= 60 && h < 66 ? 1.2 : 0))
    expect(daysToRain(hours, NOW)).toBe(2)
    expect(daysToRain(hours, NOW + 3 * DAY)).toBeNull()
    expect(daysToRain([], NOW)).toBeNull()
  })
})

describe('limits', () => {
  const mild = { sunElevation: 5, air: { airTemperature: 12, windSpeed: 2 }, daysToRain: null }
  it.each([
    ['nothing', mild, null],
    ['frost', { ...mild, air: { airTemperature: 4.9, windSpeed: 2 } }, 'gelo'],
    ['hot glass', { ...mild, sunElevation: 16 }, 'sole'],
    ['wind', { ...mild, air: { airTemperature: 12, windSpeed: 8.1 } }, 'vento'],
    ['rain to come', { ...mild, daysToRain: 2 }, 'pioggia'],
    ['rain far away', { ...mild, daysToRain: 3 }, null],
    ['no weather known', { ...mild, air: null }, null],
  ])('%s', (_, input, hold) => {
    expect(holdNow(input)).toBe(hold)
  })

  it('leaves the smallest plant uncleaned, and those that were cleaned lately', () => {
    const peak = (house: string) => (house === 'c' ? 2_000 : 5_000)
    const plan = (soiled: string[], cleaned = new Map<string, number>()) =>
      planCleaning({ soiled, day: 100 }, peak, cleaned, DEFAULT_CLEANING)
    expect(plan(['a', 'b', 'c', 'd', 'e'])).toEqual({ houses: ['a', 'b', 'd', 'e'], control: 'c' })
    expect(plan(['a', 'b', 'c', 'd'], new Map([['a', 90]]))).toEqual({ houses: ['b', 'c', 'd'], control: null })
    expect([...staggered(['a', 'b'], NOW)]).toEqual([
      ['a', NOW],
      ['b', NOW + 15 * MINUTE],
    ])
  })
})

describe('outcome', () => {
  const day = (number: number, a: number, control: number, clear = true): SoilingDay => ({
    day: number,
    rainMm: 0,
    snow: false,
    clear,
    houses: new Map([
      ['a', { madeWh: a * 1000, expectedWh: 1000 }],
      ['k', { madeWh: control * 1000, expectedWh: 1000 }],
    ]),
  })
  const before = [day(7, 0.81, 0.8), day(8, 0.3, 0.3, false), day(9, 0.81, 0.8), day(10, 0.81, 0.8)]
  const cleaning = { house: 'a', day: 11, loss: 0.1, control: 'k' }

  it('is told after three clear days, against the house that stayed dirty', () => {
    const after = [day(12, 0.9, 0.8), day(13, 0.9, 0.8)]
    expect(cleaningOutcome([...before, ...after], cleaning)).toBeNull()
    const told = cleaningOutcome([...before, ...after, day(14, 0.9, 0.8)], cleaning)
    expect(told).toEqual({ change: 0.1111, control: 0, recovery: 0.1111, efficacy: 0.9999 })
  })

  it('does not take a clearer week for a clean panel', () => {
    const after = [12, 13, 14].map((n) => day(n, 0.9, 0.8 / 0.9))
    expect(cleaningOutcome([...before, ...after], cleaning)).toMatchObject({ recovery: 0, efficacy: 0 })
  })

  it('is given up when no clear days come', () => {
    expect(cleaningOutcome([...before, day(30, 0.9, 0.8)], cleaning)).toBe('tooLate')
  })

  it('teaches, slowly, what a cleaning gives back', () => {
    expect(learnedEfficacy([])).toBe(0.8)
    expect(learnedEfficacy([{ efficacy: 0.5 }])).toBe(0.7)
    expect(learnedEfficacy([{ efficacy: -1 }, { efficacy: 0 }])).toBe(0.4)
  })
})

describe('advanceRun', () => {
  const approved: CleaningRun = {
    ...{ proposal: 1, house: 'a', state: 'approved', by: 'ada', byAt: NOW, dueAt: NOW, attempts: 0, command: null },
    ...{ sentElapsed: null, endedAt: null, why: null, stop: false },
  }
  let count = 0
  const facts = (more: Partial<RunFacts> = {}): RunFacts => ({
    ...{ now: NOW, elapsed: 1_000_000, clock: { boot: 17, offset: 0, learntAt: 0 }, reachable: true, answer: null },
    ...{ report: null, hold: null, runS: 60, nextId: () => `c${++count}` },
    ...more,
  })
  const report = (active: boolean, at: number) => ({ active, remainingS: active ? 40 : 0, cause: 'comando', at })

  it('sends one command, bound to the boot and uptime of the node, and is done when the node says so', () => {
    const sent = advanceRun(approved, facts())
    expect(sent.run).toMatchObject({ state: 'sent', attempts: 1 })
    expect(sent.message).toMatchObject({ kind: 'clean', ttlS: 60, boot: 17, byUptimeS: 1_015 })
    const running = advanceRun(sent.run, facts({ elapsed: 1_002_000, report: report(true, 1_001_000) }))
    expect(running).toMatchObject({ run: { state: 'running' }, message: null })
    const done = advanceRun(running.run, facts({ elapsed: 1_062_000, report: report(false, 1_061_000) }))
    expect(done).toMatchObject({ run: { state: 'done', endedAt: NOW }, message: null })
    expect(advanceRun(done.run, facts()).message).toBeNull()
  })

  it('waits for its turn, for the weather and for the node, saying why', () => {
    expect(advanceRun({ ...approved, dueAt: NOW + 1 }, facts()).run.state).toBe('approved')
    expect(advanceRun(approved, facts({ hold: 'gelo' })).run).toMatchObject({ state: 'approved', why: 'gelo' })
    expect(advanceRun(approved, facts({ reachable: false })).run.why).toBe('irraggiungibile')
    expect(advanceRun(approved, facts({ now: NOW + 8 * DAY })).run).toMatchObject({ state: 'failed', why: 'scaduta' })
  })

  it('tries a few times more where nobody answers, each time under a new id, and not at once', () => {
    const { run } = advanceRun(approved, facts())
    const late = advanceRun(run, facts({ elapsed: 1_021_000 }))
    expect(late.run).toMatchObject({ state: 'approved', why: 'senza_risposta', dueAt: NOW + 10 * MINUTE })
    const second = advanceRun(late.run, facts({ now: NOW + 10 * MINUTE }))
    expect(second.run.command).not.toBe(run.command)
    expect(advanceRun({ ...run, attempts: 5 }, facts({ elapsed: 1_021_000 })).run.state).toBe('failed')
    // The first attempt was carried out, and its answer was lost.
    const answer = { id: 'x', ok: false as const, error: 'intervallo' as const, retryS: 70_000 }
    expect(advanceRun(second.run, facts({ answer })).run.state).toBe('done')
  })

  it('takes a node at its word: frost passes, a missing valve does not', () => {
    const { run } = advanceRun(approved, facts())
    const no = (error: 'gelo' | 'attuatore_assente') => ({ id: 'x', ok: false as const, error, retryS: null })
    expect(advanceRun(run, facts({ answer: no('gelo') })).run).toMatchObject({ state: 'approved', dueAt: NOW + HOUR })
    expect(advanceRun(run, facts({ answer: no('attuatore_assente') })).run.state).toBe('failed')
  })

  it('is stopped by a person, at the node as well', () => {
    const { run } = advanceRun(approved, facts())
    expect(advanceRun({ ...run, stop: true }, facts())).toMatchObject({
      run: { state: 'stopped' },
      message: { kind: 'stop', house: 'a' },
    })
    expect(advanceRun({ ...approved, stop: true }, facts())).toMatchObject({ run: { state: 'stopped' }, message: null })
  })

  it('is over when its time is, though the node says nothing', () => {
    const { run } = advanceRun({ ...approved, state: 'running', sentElapsed: 0 }, facts({ elapsed: 91 * SECOND }))
    expect(run.state).toBe('done')
  })
})
