import { alwaysOn } from '../../hub/domain/always-on.ts'
import type { Cause } from '../../hub/domain/cause.ts'
import type { CommunityDay, HourSeries, Roof } from '../../hub/domain/community-day.ts'
import { hourOf } from '../../hub/domain/community-day.ts'
import { type DiagnosisState, diagnoseDay, LOOK_BACK, NEW_DIAGNOSIS } from '../../hub/domain/diagnosis.ts'

export type Day = CommunityDay & { readonly clear: ReadonlyMap<string, HourSeries> }

/** What a rule says of the houses at the end of a day. */
export interface Said {
  readonly warned: ReadonlySet<string>
  readonly alerted: ReadonlySet<string>
  readonly causes: ReadonlyMap<string, Cause>
}

/** A rule that is fed with days, oldest first, and may be taken up again from where it stood. */
export interface Rule {
  readonly name: string
  readonly say: (days: readonly Day[], state: DiagnosisState) => { said: Said; state: DiagnosisState }
}

const NOTHING = new Map<string, Cause>()
const THRESHOLD = 0.85

/** The original rule over whole days: energy per Wp below 85 % of the mean of all, itself included. */
function naive(name: string, length: number, roofs: readonly Roof[]): Rule {
  return {
    name,
    say: (days, state) => {
      const yields = roofs.map(({ id, peakPower }) => ({ id, value: sum(days.slice(-length), id) / peakPower }))
      const mean = yields.reduce((s, y) => s + y.value, 0) / yields.length
      const low = new Set(yields.flatMap((y) => (y.value < THRESHOLD * mean ? [y.id] : [])))
      return { said: { warned: low, alerted: low, causes: NOTHING }, state }
    },
  }
}

function sum(days: readonly Day[], house: string): number {
  let wh = 0
  for (const day of days) {
    const made = day.houses.get(house)?.produced
    for (let h = 0; made && h < 24; h += 1) wh += Number.isNaN(hourOf(made, h)) ? 0 : hourOf(made, h)
  }
  return wh
}

export function rulesFor(roofs: readonly Roof[]): { readonly product: Rule; readonly baselines: readonly Rule[] } {
  const product: Rule = {
    name: 'this code',
    say: (days, state) => {
      const result = diagnoseDay(state, {
        days: days.slice(-LOOK_BACK),
        roofs,
        setAside: new Set(),
        threshold: THRESHOLD,
        minHouses: 3,
      })
      const found = [...result.verdicts.values()].flatMap((v) => (v.finding ? [{ house: v.house, ...v.finding }] : []))
      return {
        said: {
          warned: new Set(found.map((f) => f.house)),
          alerted: new Set(found.filter((f) => f.alertOn !== null).map((f) => f.house)),
          causes: new Map(found.map((f) => [f.house, f.cause])),
        },
        state: result.state,
      }
    },
  }
  const middle: Rule = {
    name: 'middle rule',
    say: (days, state) => {
      const low = new Set(
        [...alwaysOn(days, roofs)].flatMap(([id, a]) => (a.ratio !== null && a.ratio < THRESHOLD ? [id] : [])),
      )
      return { said: { warned: low, alerted: low, causes: NOTHING }, state }
    },
  }
  return { product, baselines: [naive('naive daily', 1, roofs), naive('naive 7-day', 7, roofs), middle] }
}

/** A whole run of a rule: what it said on each day, and its state before each. */
export function runClean(rule: Rule, days: readonly Day[]): { said: Said[]; states: DiagnosisState[] } {
  const said: Said[] = []
  const states: DiagnosisState[] = []
  let state = NEW_DIAGNOSIS
  for (let d = 0; d < days.length; d += 1) {
    states.push(state)
    const result = rule.say(days.slice(Math.max(0, d + 1 - LOOK_BACK), d + 1), state)
    said.push(result.said)
    state = result.state
  }
  return { said, states }
}
