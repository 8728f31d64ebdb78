import type { Cause } from '../../hub/domain/cause.ts'
import { median } from '../../hub/domain/robust.ts'
import { type Day, type Rule, rulesFor, runClean } from './benchmark-rules.ts'
import type { Evaluation } from './context.ts'
import { FAULTS, type FaultName, type InjectedFault, seeded } from './faults.ts'
import { atLeast, atMost, type Goal, type Row, rowOf } from './row.ts'
import { type EvaluatedStreet, readStreet } from './street.ts'

/** Faults of each kind that are put in. */
const RUNS = 77
/** Days that rules may learn from before the first that is scored, where --from is not given. */
const WARM_UP = 60
const GROUP = 'benchmark'

const PROMPT: readonly [FaultName, days: number, goal: Goal][] = [
  ['string -33 %', 3, atLeast(95, '%')],
  ['string -50 %', 3, atLeast(95, '%')],
  ['inverter off 5 d', 3, atLeast(95, '%')],
  ['-15 %', 7, atLeast(90, '%')],
  ['shade 2 h/day -70 %', 7, atLeast(90, '%')],
]

const RIGHT_CAUSE: Readonly<Record<FaultName, readonly Cause[]>> = {
  'string -33 %': ['string'],
  'string -50 %': ['string'],
  '-15 %': ['string'],
  'inverter off 5 d': ['outage'],
  'shade 2 h/day -70 %': ['shade'],
  'soiling -0.3 %/day': ['soiling'],
}

/** How well the rules find faults that were put into measured homes, and how often they cry without one. */
export function evaluateBenchmark(evaluation: Evaluation): Row[] {
  const street = readStreet(evaluation)
  const first = evaluation.from === null ? Math.min(WARM_UP, street.days.length - 1) : street.first
  const { product, baselines } = rulesFor(street.roofs)
  const scores = [product, ...baselines].map((rule) => score(rule, { ...street, first }, evaluation.seed))
  const [own, ...simple] = scores
  if (!own) return []
  const beside = (of: (s: Score) => number) => Object.fromEntries(simple.map((s) => [s.name, of(s)]))
  const figure = (name: string, of: (s: Score) => number, unit: string, goal?: Goal, note?: string) =>
    rowOf(GROUP, name, of(own), unit, {
      baselines: beside(of),
      ...(goal ? { goal } : {}),
      ...(note ? { note } : {}),
      digits: unit === '/year' ? 2 : 1,
    })
  const iso = (index: number) => new Date((street.days[index]?.day ?? 0) * 86_400_000).toISOString().slice(0, 10)
  const split = `scored from ${iso(first)} to ${iso(street.days.length - 1)}, seed ${evaluation.seed}, ${RUNS} faults of each kind; thresholds were set on days before 2016-12-01`
  return [
    figure(
      'false early warnings per healthy house-year',
      (s) => s.falseWarnings,
      '/year',
      atMost(2),
      `${split}; ${own.houseYears.toFixed(1)} house-years`,
    ),
    figure('false alerts per healthy house-year', (s) => s.falseAlerts, '/year', atMost(0.5)),
    ...PROMPT.map(([fault, days, goal]) =>
      figure(`${fault}: found within ${days} days`, (s) => share(s.delays[fault], days), '%', goal),
    ),
    figure('soiling -0.3 %/day: found', (s) => share(s.delays['soiling -0.3 %/day'], 60), '%', atLeast(95, '%')),
    figure('soiling -0.3 %/day: found within 25 days', (s) => share(s.delays['soiling -0.3 %/day'], 25), '%'),
    figure(
      'soiling -0.3 %/day: median delay of those found',
      (s) => middle(s.delays['soiling -0.3 %/day']),
      'days',
      atMost(25),
    ),
    figure('precision at one fault per house-year', (s) => precision(s), '%', atLeast(50, '%')),
    ...PROMPT.map(([fault]) =>
      figure(`${fault}: becomes an alert, median`, (s) => middle(s.alertDelays[fault]), 'days'),
    ),
    ...(Object.keys(FAULTS) as FaultName[]).map((fault) =>
      rowOf(GROUP, `${fault}: cause named right in the alert`, causeShare(own, fault), '%'),
    ),
    ...[3, 5, 8].flatMap((houses) => smallCommunity(street, first, houses, evaluation.seed)),
  ]
}

interface Score {
  readonly name: string
  readonly houseYears: number
  readonly falseWarnings: number
  readonly falseAlerts: number
  /** Days until the first warning or alert that the clean run has not; infinite where there was none. */
  readonly delays: Readonly<Record<string, readonly number[]>>
  readonly alertDelays: Readonly<Record<string, readonly number[]>>
  readonly causes: Readonly<Record<string, readonly Cause[]>>
}

function score(rule: Rule, street: EvaluatedStreet, seed: number, only?: FaultName): Score {
  const { days, roofs, first } = street
  const clean = runClean(rule, days)
  let houseDays = 0
  let warnings = 0
  let alerts = 0
  for (const { id } of roofs) {
    for (let d = first; d < days.length; d += 1) {
      if (!street.soundRoof(id, days[d]?.day ?? 0)) continue
      houseDays += 1
      if (clean.said[d]?.warned.has(id) && !clean.said[d - 1]?.warned.has(id)) warnings += 1
      if (clean.said[d]?.alerted.has(id) && !clean.said[d - 1]?.alerted.has(id)) alerts += 1
    }
  }
  const houseYears = houseDays / 365.25
  const delays: Record<string, number[]> = {}
  const alertDelays: Record<string, number[]> = {}
  const causes: Record<string, Cause[]> = {}
  for (const name of Object.keys(FAULTS) as FaultName[]) {
    if (only !== undefined && name !== only) continue
    const runs = inject(rule, street, clean, { name, ...FAULTS[name] }, seed)
    delays[name] = runs.map((r) => r.found)
    alertDelays[name] = runs.map((r) => r.alerted)
    causes[name] = runs.flatMap((r) => (r.cause ? [r.cause] : []))
  }
  return {
    name: rule.name,
    houseYears,
    falseWarnings: warnings / houseYears,
    falseAlerts: alerts / houseYears,
    delays,
    alertDelays,
    causes,
  }
}

interface Run {
  readonly found: number
  readonly alerted: number
  readonly cause: Cause | null
}

function inject(
  rule: Rule,
  { days, roofs, first, soundRoof }: EvaluatedStreet,
  clean: ReturnType<typeof runClean>,
  fault: InjectedFault,
  seed: number,
): Run[] {
  const random = seeded(seed)
  const span = Math.min(fault.days, days.length - first)
  const runs: Run[] = []
  for (let tries = 0; runs.length < RUNS && tries < 100 * RUNS; tries += 1) {
    const house = roofs[Math.floor(random() * roofs.length)]?.id ?? ''
    const start = first + Math.floor(random() * (days.length - first - span + 1))
    const chance = random()
    if (days.slice(start, start + span).some(({ day }) => !soundRoof(house, day))) continue
    runs.push(follow(rule, days, clean, { house, start, span, chance, fault }))
  }
  return runs
}

function follow(
  rule: Rule,
  days: readonly Day[],
  clean: ReturnType<typeof runClean>,
  {
    house,
    start,
    span,
    chance,
    fault,
  }: { house: string; start: number; span: number; chance: number; fault: InjectedFault },
): Run {
  const faulty = days.slice(0, start + span).map((day, d) => {
    const own = day.houses.get(house)
    if (d < start || !own) return day
    return { ...day, houses: new Map(day.houses).set(house, fault.apply(own, d - start, chance)) }
  })
  let state = clean.states[start] ?? { day: null, houses: {} }
  let found = Number.POSITIVE_INFINITY
  for (let d = start; d < start + span; d += 1) {
    const result = rule.say(faulty.slice(Math.max(0, d - WINDOW), d + 1), state)
    state = result.state
    const isNew = (was: ReadonlySet<string> | undefined, is: ReadonlySet<string>) => is.has(house) && !was?.has(house)
    if (isNew(clean.said[d]?.warned, result.said.warned)) found = Math.min(found, d - start + 1)
    if (isNew(clean.said[d]?.alerted, result.said.alerted)) {
      return { found, alerted: d - start + 1, cause: result.said.causes.get(house) ?? null }
    }
  }
  return { found, alerted: Number.POSITIVE_INFINITY, cause: null }
}

/** Days before the judged one that a rule is given. */
const WINDOW = 60

/** The same in random communities of a few houses. */
function smallCommunity(street: EvaluatedStreet, first: number, houses: number, seed: number): Row[] {
  if (street.roofs.length <= houses) return []
  const random = seeded(seed + houses)
  const roofs = street.roofs
    .map((roof) => ({ roof, lot: random() }))
    .sort((a, b) => a.lot - b.lot)
    .slice(0, houses)
    .map(({ roof }) => roof)
  const own = score(rulesFor(roofs).product, { ...street, roofs, first }, seed, 'string -33 %')
  const who = `houses ${roofs.map((r) => r.id).join(', ')}`
  return [
    rowOf(GROUP, `${houses} houses: false early warnings per house-year`, own.falseWarnings, '/year', {
      digits: 2,
      note: who,
    }),
    rowOf(GROUP, `${houses} houses: string -33 % found within 7 days`, share(own.delays['string -33 %'], 7), '%'),
  ]
}

function share(delays: readonly number[] | undefined, days: number): number {
  return delays && delays.length > 0 ? (100 * delays.filter((d) => d <= days).length) / delays.length : Number.NaN
}

function middle(delays: readonly number[] | undefined): number {
  return median((delays ?? []).filter(Number.isFinite)) ?? Number.NaN
}

/** Of a year's early warnings and alerts of a house that has one fault in it, drawn from all kinds. */
function precision(s: Score): number {
  const all = Object.values(s.delays).flat()
  const recall = all.filter(Number.isFinite).length / all.length
  return (100 * recall) / (recall + s.falseWarnings)
}

function causeShare(s: Score, fault: FaultName): number {
  const named = s.causes[fault] ?? []
  return named.length === 0
    ? Number.NaN
    : (100 * named.filter((c) => RIGHT_CAUSE[fault].includes(c)).length) / named.length
}
