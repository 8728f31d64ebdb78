/** A relay load of the evaluation: full hours at its rated power. */
export interface RelayLoad {
  readonly name: string
  readonly ratedW: number
  /** Hours it needs in a day. */
  readonly hours: number
  /** Whether it may run in each hour of the day. */
  readonly open: readonly boolean[]
}

/** The hours of the day each load ran in. */
export type Runs = readonly (readonly number[])[]

/** Surplus used by loads, Wh: in each hour no more than there is. */
export function caught(surplusW: readonly number[], loads: readonly RelayLoad[], runs: Runs): number {
  const drawn = new Array<number>(24).fill(0)
  for (const [i, load] of loads.entries()) for (const h of runs[i] ?? []) drawn[h] = (drawn[h] ?? 0) + load.ratedW
  return drawn.reduce((sum, w, h) => sum + Math.min(w, Math.max(0, surplusW[h] ?? 0)), 0)
}

/**
 * The most that relays can catch in full hours, knowing the day, Wh: every choice for all loads but the last is tried, and the
 * last takes the hours that add the most, which is exact, as what it adds in one hour does not depend on the others.
 */
export function bestOnOff(surplusW: readonly number[], loads: readonly RelayLoad[]): number {
  const sun = surplusW.map((w) => Math.max(0, w))
  const drawn = new Array<number>(24).fill(0)
  const choose = (index: number): number => {
    const load = loads[index]
    if (!load) return drawn.reduce((sum, w, h) => sum + Math.min(w, sun[h] ?? 0), 0)
    const hours = load.open.flatMap((open, h) => (open ? [h] : []))
    if (index === loads.length - 1) {
      const gains = hours.map((h) => {
        const had = Math.min(drawn[h] ?? 0, sun[h] ?? 0)
        return Math.min((drawn[h] ?? 0) + load.ratedW, sun[h] ?? 0) - had
      })
      gains.sort((a, b) => b - a)
      const more = gains.slice(0, load.hours).reduce((sum, g) => sum + g, 0)
      return more + drawn.reduce((sum, w, h) => sum + Math.min(w, sun[h] ?? 0), 0)
    }
    let best = 0
    const pick = (from: number, left: number): void => {
      if (left === 0) {
        best = Math.max(best, choose(index + 1))
        return
      }
      for (let i = from; i <= hours.length - left; i += 1) {
        const h = hours[i] ?? 0
        drawn[h] = (drawn[h] ?? 0) + load.ratedW
        pick(i + 1, left - 1)
        drawn[h] = (drawn[h] ?? 0) - load.ratedW
      }
    }
    pick(0, Math.min(load.hours, hours.length))
    return best
  }
  return choose(0)
}

/**
 * The most that loads of any power up to their rating could catch, knowing the day, Wh: a flow from the loads' energies
 * through the hours, so its greatest value is the least cut, over the sets of loads that are cut at their hours.
 */
export function bestFree(surplusW: readonly number[], loads: readonly RelayLoad[]): number {
  let least = Number.POSITIVE_INFINITY
  for (let set = 0; set < 2 ** loads.length; set += 1) {
    let cut = 0
    for (const [i, load] of loads.entries()) if (!(set & (1 << i))) cut += load.ratedW * load.hours
    for (let h = 0; h < 24; h += 1) {
      let power = 0
      for (const [i, load] of loads.entries()) if (set & (1 << i) && load.open[h]) power += load.ratedW
      cut += Math.min(power, Math.max(0, surplusW[h] ?? 0))
    }
    least = Math.min(least, cut)
  }
  return least
}

/** Switchings of a day, on and off counted. */
export function switchings(runs: Runs): number {
  return runs.reduce((sum, hours) => sum + 2 * hours.filter((h, i) => i === 0 || hours[i - 1] !== h - 1).length, 0)
}

/** One on/off choice for every load, hour by hour; a load that must run to meet its need runs whatever is chosen. */
export function play(
  surplusW: readonly number[],
  loads: readonly RelayLoad[],
  choose: (hour: number, left: readonly number[]) => readonly boolean[],
): { readonly runs: Runs; readonly missed: number } {
  const runs: number[][] = loads.map(() => [])
  for (let h = 0; h < surplusW.length; h += 1) {
    const left = loads.map((load, i) => load.hours - (runs[i]?.length ?? 0))
    const wanted = left.some((n) => n > 0) ? choose(h, left) : []
    for (const [i, load] of loads.entries()) {
      if (wanted[i] && load.open[h] && (left[i] ?? 0) > 0) runs[i]?.push(h)
    }
  }
  return { runs, missed: loads.filter((load, i) => (runs[i]?.length ?? 0) < load.hours).length }
}

/** The simple rule: on while the surplus left by the loads before it exceeds a threshold, and when it must. */
export function thresholdRule(
  surplusW: readonly number[],
  loads: readonly RelayLoad[],
  thresholdW: (l: RelayLoad) => number,
) {
  return (hour: number, left: readonly number[]) => {
    let spare = surplusW[hour] ?? 0
    return loads.map((load, i) => {
      const still = load.open.slice(hour).filter(Boolean).length
      const on = (left[i] ?? 0) > 0 && (spare > thresholdW(load) || still <= (left[i] ?? 0)) && load.open[hour] === true
      if (on) spare -= load.ratedW
      return on
    })
  }
}
