import type { HouseOutcome, Judged } from './control-house.ts'
import type { ControlSettings } from './control-image.ts'
import type { Moment } from './control-observe.ts'
import { learnedW } from './control-observe.ts'
import type { Rule } from './decision.ts'
import { SECOND } from './time.ts'

/** Verdicts that the neighbours' surplus may turn: nothing but the lack of the house's own stands against running. */
const TURNED: readonly Rule[] = ['noSurplus', 'better', 'sustaining', 'shedding']

/**
 * Deals what the community has left, after each house's own loads, to loads whose houses agreed: the house with the most credit
 * first, one start a settle window for the whole street, within each load's Wh a day and what the feeder may carry. Houses
 * that gave earn the Wh that others took. Answers when a load was last started so.
 */
export function dealNeighbours(
  outcomes: readonly HouseOutcome[],
  settings: ControlSettings,
  lastAt: number | null,
  at: Moment,
): number | null {
  const known = outcomes.filter((o) => o.balanceW !== null)
  // What own starts of this very decision will take is not there for others.
  const balances = new Map(known.map((o) => [o.house.id, (o.balanceW ?? 0) - ownChange(o)]))
  let leftW = [...balances.values()].reduce((sum, w) => sum + w, 0)
  let feederW = settings.feederW ?? Number.POSITIVE_INFINITY
  let neighbourAt = lastAt
  const byCredit = known.toSorted((a, b) => b.memory.creditWh - a.memory.creditWh || (a.house.id < b.house.id ? -1 : 1))
  for (const outcome of byCredit) {
    for (const one of outcome.loads) {
      const { memory, image } = one
      const capWh = image.load.neighbourWh ?? 0
      const isRunning = memory.byNeighbours && memory.on === true
      if (isRunning) account(outcome, one, known, balances, at)
      memory.byNeighbours = isRunning && one.verdict.rule === 'minOn'
      if (capWh <= memory.neighbourWh || !TURNED.includes(one.verdict.rule)) {
        memory.neighbourSince = null
        continue
      }
      const power = learnedW(image.load, memory.steps)
      const own = Math.max(0, (balances.get(outcome.house.id) ?? 0) + (memory.on ? one.drawW : 0))
      const borrowedW = Math.max(0, power - own)
      const availableW = leftW + (memory.on ? one.drawW : 0)
      const isEnough = availableW >= (isRunning ? power - settings.reserveW : 1.05 * power + 50) && borrowedW <= feederW
      if (!isEnough) {
        memory.neighbourSince = null
        continue
      }
      memory.neighbourSince ??= at.elapsed
      const sustainedS = (at.elapsed - memory.neighbourSince) / SECOND
      if (!isRunning && memory.on !== true) {
        const forS = (at.elapsed - memory.changedAt) / SECOND
        const isSettled = neighbourAt === null || at.elapsed - neighbourAt >= settings.settleS * SECOND
        const isHouseSettled =
          outcome.memory.switchedAt === null || at.elapsed - outcome.memory.switchedAt >= settings.settleS * SECOND
        const isPending = memory.wanted === true && memory.neighbourSince !== null && sustainedS >= image.load.sustainS
        const fits = power <= outcome.house.limitW + (outcome.balanceW ?? 0)
        const mayStart =
          sustainedS >= image.load.sustainS &&
          forS >= image.load.minOffS &&
          (image.report?.lockS ?? 0) === 0 &&
          memory.starts < Math.max(1, image.load.startsPerDay - (image.load.dailyNeed ? 1 : 0)) &&
          fits
        if (!mayStart || !((isSettled && isHouseSettled) || isPending)) continue
        if (!isPending) {
          neighbourAt = at.elapsed
          outcome.memory.switchedAt = at.elapsed
        }
      }
      const { verdict } = one
      const inputs = {
        ...verdict.inputs,
        surplusW: Math.round(availableW),
        drawW: power,
        neighbourWh: Math.round(memory.neighbourWh),
      }
      one.verdict = {
        on: true,
        rule: 'neighbour',
        inputs,
        countdown: null,
        alternative: { on: false, rule: verdict.on ? 'noSurplus' : verdict.rule },
      }
      memory.byNeighbours = true
      feederW -= borrowedW
      if (memory.on !== true) leftW -= power
    }
  }
  return neighbourAt
}

/** What starts and stops decided just now will take from a house's balance, W. */
function ownChange({ loads }: HouseOutcome): number {
  return loads.reduce((sum, { verdict, memory, drawW, image }) => {
    if (verdict.on && memory.on !== true && drawW === 0) return sum + learnedW(image.load, memory.steps)
    return sum
  }, 0)
}

/** Books what a load took of its neighbours since the last decision: to its day, and to the credits of who gave. */
function account(
  outcome: HouseOutcome,
  { memory, drawW }: Judged,
  known: readonly HouseOutcome[],
  balances: ReadonlyMap<string, number>,
  at: Moment,
): void {
  const short = Math.max(0, -(balances.get(outcome.house.id) ?? 0))
  const takenWh = (Math.min(drawW, short) * at.dtS) / 3600
  if (takenWh === 0) return
  memory.neighbourWh += takenWh
  const givers = known.filter((o) => (balances.get(o.house.id) ?? 0) > 0)
  const given = givers.reduce((sum, o) => sum + (balances.get(o.house.id) ?? 0), 0)
  if (given <= 0) return
  outcome.memory.creditWh -= takenWh
  for (const giver of givers) giver.memory.creditWh += (takenWh * (balances.get(giver.house.id) ?? 0)) / given
}
