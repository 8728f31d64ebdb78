import { describe, expect, it } from 'vitest'
import { FIRST_DAY, judgeAll, ROOFS, streetDays, times } from '../../test/support/clear-street.ts'
import type { HouseDay } from './community-day.ts'
import { diagnoseDay, LOOK_BACK, NEW_DIAGNOSIS, unfitOn } from './diagnosis.ts'

const ONSET = 45

/** Changes one house from day ONSET on. */
const from = (house: string, change: (day: HouseDay, age: number) => HouseDay | null) =>
  streetDays(ONSET + 32, (day, age, id) => (id === house && age >= ONSET ? change(day, age - ONSET) : day))

/** First day (1 = the first of the fault) on which the house has a finding, and the one it had then and when it became an alert. */
function firstFinding(days: ReturnType<typeof streetDays>, house: string) {
  const { verdicts, state } = judgeAll(days)
  const index = verdicts.findIndex((v) => v.get(house)?.finding)
  const alerted = verdicts.findIndex((v) => v.get(house)?.finding?.alertOn)
  return {
    after: index - ONSET + 1,
    alertAfter: alerted - ONSET + 1,
    alert: verdicts[alerted]?.get(house)?.finding ?? null,
    last: verdicts.at(-1)?.get(house) ?? null,
    others: verdicts.flatMap((v) => [...v.values()].filter((w) => w.house !== house && w.finding)),
    state,
  }
}

describe('a healthy street', () => {
  it('has no finding, whatever the roofs face', () => {
    const { verdicts } = judgeAll(streetDays(70))
    expect(verdicts.flatMap((v) => [...v.values()].filter((w) => w.finding))).toEqual([])
    expect([...(verdicts.at(-1)?.values() ?? [])].map((v) => v.standing)).toEqual(ROOFS.map(() => 'judged'))
  })
})

describe('a fault of one house', () => {
  const cases = [
    {
      name: 'a string of two',
      cause: 'string',
      within: 3,
      alertWithin: 7,
      change: (d: HouseDay) => times(d, () => 0.5),
    },
    {
      name: 'a string of three',
      cause: 'string',
      within: 3,
      alertWithin: 7,
      change: (d: HouseDay) => times(d, () => 0.667),
    },
    { name: 'a module', cause: 'string', within: 7, alertWithin: 12, change: (d: HouseDay) => times(d, () => 0.85) },
    { name: 'the inverter', cause: 'outage', within: 1, alertWithin: 2, change: (d: HouseDay) => times(d, () => 0) },
    {
      name: 'a new shade',
      cause: 'shade',
      within: 7,
      alertWithin: 14,
      change: (d: HouseDay) => times(d, (h) => (h === 10 || h === 11 ? 0.3 : 1)),
    },
    {
      name: 'dirt',
      cause: 'soiling',
      within: 25,
      alertWithin: 32,
      change: (d: HouseDay, age: number) => times(d, () => 1 - 0.004 * age),
    },
    {
      name: 'an inverter that clips',
      cause: 'clipping',
      within: 12,
      alertWithin: 20,
      change: (d: HouseDay) => ({ ...d, produced: d.produced.map((wh) => Math.min(wh, 1_500)) }),
    },
  ] as const
  it.each(cases)('$name is found and named $cause', ({ cause, within, alertWithin, change }) => {
    const found = firstFinding(from('casa_A', change), 'casa_A')
    expect(found.after).toBeGreaterThan(0)
    expect(found.after).toBeLessThanOrEqual(within)
    expect(found.alertAfter).toBeGreaterThan(0)
    expect(found.alertAfter).toBeLessThanOrEqual(alertWithin)
    expect(found.alert?.cause).toBe(cause)
    expect(found.others).toEqual([])
  })

  it('tells since when, how much is lost and how sure it is', () => {
    const days = from('casa_A', (d) => times(d, () => 0.5))
    const { last } = firstFinding(days, 'casa_A')
    expect(last?.finding?.since).toBe(FIRST_DAY + ONSET)
    expect(last?.finding?.loss).toBeCloseTo(0.5, 1)
    const lost = days
      .slice(ONSET)
      .reduce((s, d) => s + (d.houses.get('casa_A')?.produced.reduce((a, b) => a + b, 0) ?? 0), 0)
    expect(last?.finding?.lostWh).toBeGreaterThan(0.9 * lost)
    expect(last?.finding?.lostWh).toBeLessThan(1.1 * lost)
    expect(last?.finding?.confidence).toBeGreaterThan(0.8)
  })

  it('is never learned as normal: it stays open while it lasts, and its days teach nothing', () => {
    const days = streetDays(150, (d, age, id) => (id === 'casa_A' && age >= ONSET ? times(d, () => 0.667) : d))
    const { verdicts, state } = judgeAll(days)
    expect(verdicts.at(-1)?.get('casa_A')?.finding?.loss).toBeGreaterThan(0.28)
    expect(unfitOn(state, FIRST_DAY + ONSET)).toEqual(new Set(['casa_A']))
    expect(unfitOn(state, FIRST_DAY + ONSET - 5)).toEqual(new Set())
  })

  it('closes after three good days', () => {
    const days = from('casa_A', (d, age) => (age < 10 ? times(d, () => 0.5) : d))
    const { verdicts } = judgeAll(days)
    expect(verdicts[ONSET + 9]?.get('casa_A')?.finding).not.toBeNull()
    expect(verdicts[ONSET + 16]?.get('casa_A')?.finding).toBeNull()
  })
})

it('takes silence for no fault, and for no end of one', () => {
  const silent = from('casa_A', () => null)
  expect(judgeAll(silent).verdicts.flatMap((v) => v.get('casa_A')?.finding ?? [])).toEqual([])
  expect(judgeAll(silent).verdicts.at(-1)?.get('casa_A')?.standing).toBe('noData')
  const broken = from('casa_A', (d, age) => (age < 8 ? times(d, () => 0.5) : null))
  expect(judgeAll(broken).verdicts.at(-1)?.get('casa_A')?.finding).not.toBeNull()
})

it('says that two houses are too few, and judges three', () => {
  const roofs = ROOFS.slice(0, 2)
  expect(
    judgeAll(streetDays(20, undefined, roofs), { roofs })
      .verdicts.at(-1)
      ?.get('casa_A')?.standing,
  ).toBe('tooFew')
  const three = ROOFS.slice(0, 3)
  const days = streetDays(
    ONSET + 20,
    (d, age, id) => (id === 'casa_A' && age >= ONSET ? times(d, () => 0.5) : d),
    three,
  )
  const last = judgeAll(days, { roofs: three }).verdicts.at(-1)?.get('casa_A')
  expect(last?.finding?.alertOn).not.toBeNull()
  expect(last?.finding?.confidence).toBeLessThan(0.7)
})

it('leaves a house that is set aside without a verdict, and out of all others', () => {
  const days = streetDays(60, (d, _, id) => (id === 'casa_A' ? times(d, () => 0.1) : d))
  const { verdicts } = judgeAll(days, { setAside: new Set(['casa_A']) })
  expect(verdicts.at(-1)?.get('casa_A')).toMatchObject({ standing: 'setAside', finding: null })
  expect(verdicts.flatMap((v) => [...v.values()].filter((w) => w.finding))).toEqual([])
})

it('gives the same from a state that was saved as JSON', () => {
  const days = from('casa_A', (d) => times(d, () => 0.5))
  const { state } = judgeAll(days.slice(0, ONSET + 3))
  const input = {
    days: days.slice(ONSET + 4 - LOOK_BACK, ONSET + 4),
    roofs: ROOFS,
    setAside: new Set<string>(),
    threshold: 0.85,
    minHouses: 3,
  }
  const saved = JSON.parse(JSON.stringify(state)) as typeof state
  expect(diagnoseDay(saved, input)).toEqual(diagnoseDay(state, input))
  expect(NEW_DIAGNOSIS.day).toBeNull()
})
