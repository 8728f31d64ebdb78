import { presetLoad } from '../../hub/domain/load-presets.ts'
import type { PastDay } from '../../hub/domain/outlook.ts'
import { simulate } from '../../hub/domain/simulation.ts'
import { HOUR, SECOND } from '../../hub/domain/time.ts'
import type { RelayLoad } from './relay-day.ts'

/** What the whole controller, timers, hysteresis and all, made of a day: surplus caught, Wh, needs missed and switchings. */
export interface LoopDay {
  readonly caughtWh: number
  readonly missed: number
  readonly switched: number
}

const STEP_S = 120
/** A need counts as met with this share of its energy: a decision comes every two minutes. */
const MET = 0.98

/** One recorded day through `decideLoads`, two minutes at a time; the loads have their hours, no more and no less. */
export function playLoop(
  day: { readonly at: number; readonly producedW: readonly number[]; readonly baseW: readonly number[] },
  past: readonly PastDay[],
  loads: readonly RelayLoad[],
  offset: number,
): LoopDay {
  const zone = `${offset < 0 ? '-' : '+'}${String(Math.abs(offset) / HOUR).padStart(2, '0')}:00`
  const { moments, changes } = simulate({
    ...{ house: 'a', zone, limitW: 20_000, past, stepS: STEP_S },
    loads: loads.map(({ name, ratedW, hours, open }, i) =>
      presetLoad({
        ...{ house: 'a', id: name, kind: 'generic', ratedW, priority: loads.length - i },
        dailyNeed: { runS: hours * 3600, byMin: (open.lastIndexOf(true) + 1) * 60 },
        dailyMaxS: hours * 3600,
      }),
    ),
    samples: day.producedW.map((productionW, h) => ({ at: day.at + h * HOUR, productionW, baseW: day.baseW[h] ?? 0 })),
    to: day.at + 24 * HOUR,
  })
  const share = (STEP_S * SECOND) / HOUR
  let caughtWh = 0
  const used = loads.map(() => 0)
  for (const m of moments) {
    const drawn = m.drawW.reduce((sum, w) => sum + w, 0)
    caughtWh += Math.min(drawn, Math.max(0, m.productionW - (m.consumptionW - drawn))) * share
    for (const [i, w] of m.drawW.entries()) used[i] = (used[i] ?? 0) + w * share
  }
  const missed = loads.filter(({ ratedW, hours }, i) => (used[i] ?? 0) < MET * ratedW * hours).length
  return { caughtWh, missed, switched: changes.filter((c) => c.switched).length }
}

/** Days between two that are played: minute by minute takes its time. */
export const LOOP_EVERY = 8
/** Days before the first one, so that there is something to learn from. */
export const LOOP_AFTER = 14
