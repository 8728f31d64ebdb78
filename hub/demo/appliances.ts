import type { Habit } from './neighbourhood.ts'
import { between, chance } from './random.ts'

/** Something that is switched on now and then and runs through fixed stages. */
export interface Appliance {
  /** Tells its chances from those of other appliances; even numbers, as each takes two. */
  readonly key: number
  /** Minutes and watts of each stage. */
  readonly stages: readonly (readonly [minutes: number, watts: number])[]
  /** Earliest and latest start, hours of the local day. */
  readonly start: readonly [number, number]
  /** Chance that it runs: on a working day, on a weekend day. */
  readonly odds: readonly [number, number]
  /** Only these households have the habit; missing = all. */
  readonly only?: readonly Habit[]
}

const WASHING = [
  [18, 1_950],
  [55, 180],
  [12, 420],
] as const
const DISHES = [
  [16, 1_850],
  [40, 90],
  [14, 1_850],
  [20, 30],
] as const
const OVEN = [
  [11, 2_100],
  [4, 60],
  [4, 2_100],
  [5, 60],
  [4, 2_100],
  [6, 60],
  [3, 2_100],
] as const
const HOB = [
  [6, 1_800],
  [14, 900],
  [5, 450],
] as const
const AT_HOME = ['home-office', 'family', 'retired'] as const

/** What a street's kitchens and laundries do. Hours are those of the middle household; early birds live an hour and a half earlier. */
const APPLIANCES: readonly Appliance[] = [
  { key: 100, stages: [[4, 1_700]], start: [6.6, 7.6], odds: [0.9, 0.6] },
  { key: 102, stages: [[6, 1_300]], start: [6.8, 7.8], odds: [0.5, 0.3] },
  { key: 104, stages: [[4, 1_700]], start: [8.2, 10], odds: [0.2, 0.8] },
  { key: 106, stages: HOB, start: [11.8, 12.6], odds: [0.8, 0.8], only: AT_HOME },
  { key: 108, stages: HOB, start: [12, 12.8], odds: [0, 0.7], only: ['early-bird', 'commuter'] },
  { key: 110, stages: [[4, 1_100]], start: [12.6, 13.4], odds: [0.3, 0.4], only: AT_HOME },
  { key: 112, stages: [[4, 1_700]], start: [16, 17.2], odds: [0.4, 0.5], only: AT_HOME },
  { key: 114, stages: HOB, start: [18.8, 20], odds: [0.85, 0.7] },
  { key: 116, stages: OVEN, start: [18.6, 19.6], odds: [0.28, 0.3] },
  { key: 118, stages: OVEN, start: [10.8, 11.8], odds: [0.04, 0.45] },
  { key: 120, stages: DISHES, start: [20.6, 22.4], odds: [0.65, 0.5] },
  { key: 122, stages: DISHES, start: [13.3, 14.6], odds: [0.15, 0.35], only: AT_HOME },
  { key: 124, stages: WASHING, start: [8.5, 11], odds: [0.12, 0.6] },
  { key: 126, stages: WASHING, start: [18.4, 20.5], odds: [0.35, 0.15] },
  { key: 128, stages: WASHING, start: [9, 15], odds: [0.35, 0.3], only: ['family'] },
  { key: 130, stages: [[7, 1_400]], start: [6.9, 7.5], odds: [0.35, 0.15] },
  { key: 132, stages: [[22, 780]], start: [9, 11.5], odds: [0.12, 0.55] },
  {
    key: 134,
    stages: [
      [35, 1_500],
      [5, 300],
    ],
    start: [17, 19],
    odds: [0.15, 0.12],
    only: ['family', 'home-office'],
  },
]

const DAY_MINUTES = 1_440

/** No appliance runs longer than this, minutes. */
const LONGEST = 95

/** Hours by which a household lives earlier (negative) or later than the table says. */
const SHIFT: Record<Habit, number> = { 'early-bird': -1.5, 'home-office': 0.6, family: 0, retired: 0.3, commuter: -0.4 }

/** The table by household: only what it has, and with starts in its own hours. */
const BY_HABIT: Record<Habit, readonly Appliance[]> = {
  'early-bird': ownTable('early-bird'),
  'home-office': ownTable('home-office'),
  family: ownTable('family'),
  retired: ownTable('retired'),
  commuter: ownTable('commuter'),
}

function ownTable(habit: Habit): readonly Appliance[] {
  return APPLIANCES.filter((appliance) => appliance.only === undefined || appliance.only.includes(habit)).map(
    (appliance) => ({
      ...appliance,
      start: [appliance.start[0] + SHIFT[habit], appliance.start[1] + SHIFT[habit]],
    }),
  )
}

/** Watts `elapsed` minutes after the start, 0 outside the run. */
export function stageWatts(stages: Appliance['stages'], elapsed: number): number {
  if (elapsed < 0) return 0
  let rest = elapsed
  for (const [minutes, watts] of stages) {
    if (rest < minutes) return watts
    rest -= minutes
  }
  return 0
}

/** Whether a local day (whole days since 1970-01-01, a Thursday) is a Saturday or Sunday. */
export function isWeekend(day: number): boolean {
  return (day + 5) % 7 < 2
}

/** Power of all appliances of a household, W, at `minute` of local day `day`; what began late yesterday runs on past midnight. */
export function appliancesWatts(habit: Habit, seed: number, day: number, minute: number): number {
  let watts = startedOn(BY_HABIT[habit], seed, day, minute)
  if (minute < 90) watts += startedOn(BY_HABIT[habit], seed, day - 1, minute + DAY_MINUTES)
  return watts
}

function startedOn(table: readonly Appliance[], seed: number, day: number, minute: number): number {
  const kind = isWeekend(day) ? 1 : 0
  let watts = 0
  for (const { key, stages, start, odds } of table) {
    if (minute < start[0] * 60 || minute > start[1] * 60 + LONGEST || chance(seed, key, day) >= odds[kind]) continue
    watts += stageWatts(stages, minute - 60 * between(start[0], start[1], seed, key + 1, day))
  }
  return watts
}
