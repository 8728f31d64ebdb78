import type { PastDay } from '../../hub/domain/outlook.ts'
import { outlookOf } from '../../hub/domain/outlook.ts'
import { planLoads } from '../../hub/domain/plan.ts'
import { DAY, HOUR } from '../../hub/domain/time.ts'
import type { Evaluation } from './context.ts'
import { isScored } from './context.ts'
import type { HouseSeries } from './houses.ts'
import { readHouses } from './houses.ts'
import { mean } from './metrics.ts'
import type { RelayLoad, Runs } from './relay-day.ts'
import { bestFree, bestOnOff, caught, play, switchings, thresholdRule } from './relay-day.ts'
import { LOOP_AFTER, LOOP_EVERY, playLoop } from './relay-loop.ts'
import type { Row } from './row.ts'
import { atLeast, atMost, rowOf } from './row.ts'

// Relays at rated power while on, in full hours. Gain = surplus caught beyond what the loads catch without control; the
// clairvoyant on/off optimum's gain is 100 %. The planner is the product's own, and knows the days before and the running hour.

const GROUP = 'relay'
const SITUATIONS = ['home', 'commuter'] as const
type Situation = (typeof SITUATIONS)[number]

interface Day {
  readonly at: number
  readonly weekday: number
  readonly day: PastDay
  readonly surplusW: readonly number[]
  readonly isSound: boolean
}

const METHODS = ['ours', 'rated-power threshold', '500 W rule', 'hourly netting'] as const

interface Tally {
  none: number
  best: number
  free: number
  missed: number
  switched: number
  relayDays: number
  readonly by: Record<(typeof METHODS)[number], number>
}

/** The relay table: how much of what relays could catch each method does. */
export function evaluateRelay(evaluation: Evaluation): readonly Row[] {
  const houses = readHouses(evaluation.data).map((house) => ({ id: house.id, days: civilDays(house, evaluation) }))
  return SITUATIONS.flatMap((situation) => {
    const tallies = houses.map(({ id, days }) => {
      evaluation.say(`  relay ${situation}, house ${id}`)
      return tallyHouse(evaluation, days, situation)
    })
    return rowsOf(
      situation,
      tallies.filter((t) => t.best > t.none),
    )
  }).concat(loopRows(evaluation, houses))
}

/** The whole controller instead of its planner alone: sustained surplus, hysteresis, minimum times, one start at a time. */
function loopRows(
  evaluation: Evaluation,
  houses: readonly { readonly id: string; readonly days: readonly Day[] }[],
): readonly Row[] {
  const offset = Math.round(evaluation.place.longitude / 15) * HOUR
  let [missed, switched, relayDays] = [0, 0, 0]
  const gains: { ours: number; rule: number }[] = []
  for (const { id, days } of houses) {
    evaluation.say(`  relay, the whole controller, house ${id}`)
    const sums = { ours: 0, rule: 0, none: 0, best: 0 }
    for (const [index, day] of days.entries()) {
      if (index < LOOP_AFTER || index % LOOP_EVERY > 0 || !day.isSound || !isScored(evaluation, day.at)) continue
      const loads = loadsOf(day, 'home').filter((load) => load.name !== 'softener')
      const past = days.slice(Math.max(0, index - 25), index).map((d) => d.day)
      const watts = (values: readonly (number | null)[]) => values.map((w) => w ?? 0)
      const played = { at: day.at, producedW: watts(day.day.producedW), baseW: watts(day.day.baseW) }
      const outcome = playLoop(played, past, loads, offset)
      sums.ours += outcome.caughtWh
      sums.rule += simple(day.surplusW, loads, () => 500)
      sums.none += caught(day.surplusW, loads, uncontrolled(loads))
      sums.best += bestOnOff(day.surplusW, loads)
      missed += outcome.missed
      switched += outcome.switched
      relayDays += loads.length
    }
    const most = sums.best - sums.none
    if (most > 0)
      gains.push({ ours: (100 * (sums.ours - sums.none)) / most, rule: (100 * (sums.rule - sums.none)) / most })
  }
  const of = (fold: (values: readonly number[]) => number, which: 'ours' | 'rule') => fold(gains.map((g) => g[which]))
  const worst = (values: readonly number[]) => Math.min(...values)
  const name = (what: string) => `home, whole controller: ${what}`
  return [
    rowOf(GROUP, name('gain of the on/off optimum, mean'), of(mean, 'ours'), '%', {
      baselines: { '500 W rule': of(mean, 'rule'), 'clairvoyant on/off': 100 },
      goal: atLeast(85, '%'),
      note: `every ${LOOP_EVERY}th day, a decision every two minutes, ${relayDays} relay-days; the optimum and the rule switch by the hour`,
    }),
    rowOf(GROUP, name('gain of the on/off optimum, worst house'), of(worst, 'ours'), '%', {
      baselines: { '500 W rule': of(worst, 'rule') },
      goal: atLeast(78, '%'),
    }),
    rowOf(GROUP, name('needs missed'), missed, '', { goal: atMost(0), digits: 0 }),
    rowOf(GROUP, name('switchings per relay-day'), switched / relayDays, '', { goal: atMost(8), digits: 2 }),
  ]
}

function rowsOf(situation: Situation, tallies: readonly Tally[]): readonly Row[] {
  const gains = (of: (t: Tally) => number) => tallies.map((t) => (100 * (of(t) - t.none)) / (t.best - t.none))
  const free = (of: (t: Tally) => number) => mean(tallies.map((t) => (100 * (of(t) - t.none)) / (t.free - t.none)))
  const ours = gains((t) => t.by.ours)
  const compared = (fold: (values: readonly number[]) => number) => ({
    'no control': 0,
    'rated-power threshold': fold(gains((t) => t.by['rated-power threshold'])),
    '500 W rule': fold(gains((t) => t.by['500 W rule'])),
    'clairvoyant on/off': 100,
  })
  const worst = (values: readonly number[]) => Math.min(...values)
  const name = (what: string) => `${situation}: ${what}`
  const sum = (of: (t: Tally) => number) => tallies.reduce((total, t) => total + of(t), 0)
  return [
    rowOf(GROUP, name('gain of the on/off optimum, mean'), mean(ours), '%', {
      baselines: compared(mean),
      goal: atLeast(85, '%'),
      note: `${tallies.length} houses, ${sum((t) => t.relayDays)} relay-days; 2 kW for 2 h by 22:00, 3.7 kW for 2 h${
        situation === 'home' ? '' : ' outside 8-18 h on weekdays'
      }, 100 W for 1 h every third day; nothing drawn at random`,
    }),
    rowOf(GROUP, name('gain of the on/off optimum, worst house'), worst(ours), '%', {
      baselines: compared(worst),
      goal: atLeast(78, '%'),
    }),
    rowOf(
      GROUP,
      name('needs missed'),
      sum((t) => t.missed),
      '',
      { goal: atMost(0), digits: 0 },
    ),
    rowOf(GROUP, name('switchings per relay-day'), sum((t) => t.switched) / sum((t) => t.relayDays), '', {
      goal: atMost(8),
      digits: 2,
    }),
    rowOf(
      GROUP,
      name('gain of the free-power optimum, mean'),
      free((t) => t.by.ours),
      '%',
      {
        baselines: {
          '500 W rule': free((t) => t.by['500 W rule']),
          'clairvoyant on/off': free((t) => t.best),
          'cycled, where the settlement nets by the hour': free((t) => t.by['hourly netting']),
        },
      },
    ),
  ]
}

function tallyHouse(evaluation: Evaluation, days: readonly Day[], situation: Situation): Tally {
  const by = { ours: 0, 'rated-power threshold': 0, '500 W rule': 0, 'hourly netting': 0 }
  const tally: Tally = { none: 0, best: 0, free: 0, missed: 0, switched: 0, relayDays: 0, by }
  for (const [index, day] of days.entries()) {
    if (!day.isSound || !isScored(evaluation, day.at) || index === 0) continue
    const loads = loadsOf(day, situation)
    const { surplusW } = day
    const past = days.slice(Math.max(0, index - 40), index).map((d) => d.day)
    const { runs, missed } = play(surplusW, loads, planRule(day, past, loads))
    by.ours += caught(surplusW, loads, runs)
    tally.missed += missed
    tally.switched += switchings(runs)
    tally.relayDays += loads.length
    by['rated-power threshold'] += simple(surplusW, loads, (l) => l.ratedW)
    by['500 W rule'] += simple(surplusW, loads, () => 500)
    by['hourly netting'] += netted(surplusW, loads)
    tally.none += caught(surplusW, loads, uncontrolled(loads))
    tally.best += bestOnOff(surplusW, loads)
    tally.free += bestFree(surplusW, loads)
  }
  return tally
}

/** Water heater, car and, every third day, the softener. */
function loadsOf(day: Day, situation: Situation): readonly RelayLoad[] {
  const open = (may: (hour: number) => boolean) => Array.from({ length: 24 }, (_, h) => may(h))
  const away = situation === 'commuter' && day.weekday <= 5
  const car = { name: 'car', ratedW: 3700, hours: 2, open: open((h) => !away || h < 8 || h >= 18) }
  const heater = { name: 'heater', ratedW: 2000, hours: 2, open: open((h) => h < 22) }
  const softener = { name: 'softener', ratedW: 100, hours: 1, open: open(() => true) }
  return Math.round(day.at / DAY) % 3 === 0 ? [softener, heater, car] : [heater, car]
}

function uncontrolled(loads: readonly RelayLoad[]): Runs {
  const hours: Record<string, readonly number[]> = { heater: [7, 19], car: [18, 19], softener: [2] }
  return loads.map((load) => hours[load.name] ?? [])
}

function simple(surplusW: readonly number[], loads: readonly RelayLoad[], threshold: (l: RelayLoad) => number): number {
  return caught(surplusW, loads, play(surplusW, loads, thresholdRule(surplusW, loads, threshold)).runs)
}

/** What the product's planner chooses, hour by hour. */
function planRule(day: Day, past: readonly PastDay[], loads: readonly RelayLoad[]) {
  return (hour: number, left: readonly number[]) => {
    const hoursToCome = Array.from({ length: 23 - hour }, (_, i) => hour + 1 + i)
    const soFar = (values: readonly (number | null)[]) => values.map((w, h) => (h <= hour ? w : null))
    const today = { day: day.day.day, producedW: soFar(day.day.producedW), baseW: soFar(day.day.baseW) }
    const outlook = outlookOf({ hour: day.at + hour * HOUR, hoursToCome, past, today, forecast: [] })
    const needs = loads.map((load, i) => ({
      id: load.name,
      ratedW: load.ratedW,
      needS: (left[i] ?? 0) * 3600,
      open: hoursToCome.map((h) => load.open[h] ?? false),
    }))
    const plans = planLoads(outlook, needs)
    let spare = Math.max(0, day.surplusW[hour] ?? 0)
    const on = loads.map(() => false)
    for (const i of loads
      .keys()
      .toArray()
      .sort((a, b) => (loads[b]?.ratedW ?? 0) - (loads[a]?.ratedW ?? 0))) {
      const load = loads[i]
      const plan = load && plans.get(load.name)
      if (!plan || !load.open[hour] || (left[i] ?? 0) === 0) continue
      const sun = Math.min(spare, load.ratedW)
      on[i] = plan.must || (sun > 0 && sun >= plan.thresholdW)
      if (on[i]) spare -= sun
    }
    return on
  }
}

/** Relays cycled inside the hour so that they use what the hour nets, 15 minutes at least; what is missing runs at the last. */
function netted(surplusW: readonly number[], loads: readonly RelayLoad[]): number {
  const left = loads.map((load) => load.hours)
  let sum = 0
  for (let h = 0; h < 24; h += 1) {
    let spare = Math.max(0, surplusW[h] ?? 0)
    for (const [i, load] of loads.entries()) {
      const need = left[i] ?? 0
      if (!load.open[h] || need <= 0) continue
      const later = load.open.slice(h + 1).filter(Boolean).length
      const share = Math.min(1, need, spare / load.ratedW)
      const run = Math.max(share < 0.25 && share < need ? 0 : share, Math.min(1, need - later))
      left[i] = need - run
      const used = Math.min(spare, run * load.ratedW)
      sum += used
      spare -= used
    }
  }
  return sum
}

/** The whole civil days of a house, by standard time of the place. */
function civilDays(house: HouseSeries, { place }: Evaluation): readonly Day[] {
  const offset = Math.round(place.longitude / 15) * HOUR
  const rows = Map.groupBy(house.start.keys(), (i) => Math.floor(((house.start[i] ?? 0) + offset) / DAY))
  return [...rows]
    .filter(([, own]) => own.length === 24)
    .sort(([a], [b]) => a - b)
    .map(([number, own]) => {
      const wh = (series: Float64Array) => own.map((i) => (Number.isFinite(series[i]) ? (series[i] ?? 0) * 1000 : null))
      const producedW = wh(house.pvKwh)
      const baseW = wh(house.loadKwh)
      const flags = own.flatMap((i) => [house.pvFlag[i], house.loadFlag[i]])
      const day = Temporal.PlainDate.from('1970-01-01').add({ days: number })
      return {
        at: number * DAY - offset,
        weekday: day.dayOfWeek,
        day: { day: day.toString(), producedW, baseW },
        surplusW: producedW.map((w, h) => (w ?? 0) - (baseW[h] ?? 0)),
        isSound: flags.every((f) => f === 'ok') && [...producedW, ...baseW].every((w) => w !== null),
      }
    })
}
