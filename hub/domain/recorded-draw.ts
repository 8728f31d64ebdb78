import type { HouseSample } from './simulation.ts'

/** While a relay was on, epoch ms. */
export interface OnTime {
  readonly from: number
  readonly to: number
}

/** How much of what a load would take the house has to have taken for it to count: below, its thermostat was open. */
const TAKEN = 0.75

/**
 * A house's recorded consumption without what its loads drew: while its relay was on, a load is taken to have drawn its rated
 * power wherever the house took that much at all. Samples are means over `stepMs`. Worked value: 2,300 W with a 2,000 W heater
 * on throughout -> 300 W; 400 W with it on -> 400 W, the water was hot.
 */
export function withoutDraws(
  samples: readonly HouseSample[],
  stepMs: number,
  loads: readonly { readonly ratedW: number; readonly on: readonly OnTime[] }[],
): HouseSample[] {
  return samples.map((sample) => {
    const drawn = loads.reduce((rest, { ratedW, on }) => {
      const wanted = (ratedW * overlap(on, sample.at, sample.at + stepMs)) / stepMs
      return rest >= TAKEN * wanted ? Math.max(0, rest - wanted) : rest
    }, sample.baseW)
    return { ...sample, baseW: drawn }
  })
}

/** When a relay was on, from its switchings in order of time and what it was at before them. */
export function onTimes(
  before: boolean | null,
  switchings: readonly { readonly at: number; readonly on: boolean | null }[],
  { from, to }: OnTime,
): OnTime[] {
  const times: OnTime[] = []
  let since = before === true ? from : null
  for (const { at, on } of switchings) {
    if (on === true) since ??= at
    else if (since !== null) {
      times.push({ from: since, to: at })
      since = null
    }
  }
  return since === null ? times : [...times, { from: since, to }]
}

function overlap(times: readonly OnTime[], from: number, to: number): number {
  return times.reduce((sum, t) => sum + Math.max(0, Math.min(t.to, to) - Math.max(t.from, from)), 0)
}
