import { type CommunityDay, type HourSeries, hourOf, type Roof } from './community-day.ts'
import { median, quantile, robustSpread } from './robust.ts'

/** A day with what each roof would have made under a cloudless sky, Wh per hour. */
export interface ModelledDay extends CommunityDay {
  readonly clear: ReadonlyMap<string, HourSeries>
  /** Houses from which nothing is to be learned on this day. */
  readonly unfit: ReadonlySet<string>
}

/** What one peer says of a house: the house's share of its own clear sky over the peer's, hour by hour; NaN where too little is known. */
export interface PeerRatio {
  readonly house: string
  readonly ratios: readonly (number | null)[]
}

/** The last days, near ones lagged, from which ratios are learned; a fault of this week is not yet in them. */
export const LEARNING_DAYS = 45
export const LEARNING_LAG = 7
/** Fewer good days than this teach nothing. */
export const LEAST_LEARNING_DAYS = 12
const MOST_PEERS = 7
/** Peers whose profile is looked at closely; the closest of a large street by their daily shape. */
const CANDIDATES = 14
/** Hours in which the model gives less than this share of the peak say nothing, W/Wp. */
export const LEAST_CLEAR = 0.06
const LEAST_SAMPLES = 8

/** Shares of the clear sky, one row of 24 a day; NaN where the hour says nothing. */
export type ClearShares = ReadonlyMap<string, Float64Array>

export function clearShares(days: readonly ModelledDay[], roofs: readonly Roof[]): ClearShares {
  return new Map(
    roofs.map(({ id, peakPower }) => {
      const shares = new Float64Array(days.length * 24).fill(Number.NaN)
      for (const [d, day] of days.entries()) {
        const own = day.houses.get(id)
        const clear = day.clear.get(id)
        if (!own || !clear || day.unfit.has(id)) continue
        for (let h = 0; h < 24; h += 1) {
          const model = hourOf(clear, h)
          if (model > LEAST_CLEAR * peakPower) shares[d * 24 + h] = hourOf(own.produced, h) / model
        }
      }
      return [id, shares]
    }),
  )
}

/**
 * The peers a house is best foretold by, and their ratios, from `shares` of good days. Empty when it has not yet enough good days.
 * Source: performance to peers (Leloux et al., arXiv 1410.6946), with a ratio for each hour so that roofs may face anywhere.
 */
export function learnPeers(house: string, shares: ClearShares): PeerRatio[] {
  const own = shares.get(house)
  if (!own || goodDays(own) < LEAST_LEARNING_DAYS) return []
  const candidates = [...shares].filter(([id, other]) => id !== house && goodDays(other) >= LEAST_LEARNING_DAYS)
  const near =
    candidates.length <= CANDIDATES
      ? candidates
      : candidates
          .map((entry) => ({ entry, distance: profileDistance(own, entry[1]) }))
          .sort((a, b) => a.distance - b.distance)
          .slice(0, CANDIDATES)
          .map(({ entry }) => entry)
  return near
    .flatMap(([id, other]) => {
      const pair = compareRoofs(own, other)
      return pair ? [{ house: id, ...pair }] : []
    })
    .sort((a, b) => a.spread - b.spread || (a.house < b.house ? -1 : 1))
    .slice(0, MOST_PEERS)
    .map(({ house: id, ratios }) => ({ house: id, ratios }))
}

function goodDays(shares: Float64Array): number {
  let days = 0
  for (let d = 0; d < shares.length; d += 24) if (shares.subarray(d, d + 24).some((v) => !Number.isNaN(v))) days += 1
  return days
}

/** Mean difference of the two roofs' middle days: cheap, to leave out roofs that are nothing alike. */
function profileDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0
  let n = 0
  for (let i = 0; i < a.length; i += 1) {
    const difference = Math.abs((a[i] as number) - (b[i] as number))
    if (Number.isNaN(difference)) continue
    sum += difference
    n += 1
  }
  return n === 0 ? Number.POSITIVE_INFINITY : sum / n
}

function compareRoofs(a: Float64Array, b: Float64Array): { ratios: (number | null)[]; spread: number } | null {
  const logs: number[] = []
  const ratios: (number | null)[] = []
  for (let h = 0; h < 24; h += 1) {
    const samples: number[] = []
    for (let i = h; i < a.length; i += 24) {
      const other = b[i] as number
      const ratio = (a[i] as number) / other
      if (other > LEAST_SHARE && !Number.isNaN(ratio)) samples.push(ratio)
    }
    const middle = samples.length >= LEAST_SAMPLES ? median(samples) : null
    ratios.push(middle)
    if (middle !== null && middle > 0) for (const s of samples) logs.push(Math.log(Math.max(s, 0.02) / middle))
  }
  const spread = robustSpread(logs, 0)
  return spread === null || ratios.filter((r) => r !== null).length < LEAST_HOURS ? null : { ratios, spread }
}

/** A peer whose sky is darker than this has no ratio to give. */
const LEAST_SHARE = 0.02
const LEAST_HOURS = 4

/** What a house should have made, from its peers of the same hours. */
export interface Expected {
  /** Wh per hour; NaN where no two peers speak. */
  readonly wh: HourSeries
  /** Houses that spoke in the middle hour. */
  readonly peers: number
  /** Half of how far apart the peers were, over the expected energy of the day. */
  readonly spread: number
}

/** The middle of what the peers say, those that are themselves unwell or not heard left out. */
export function expectedFromPeers(
  roof: Roof,
  day: ModelledDay,
  peers: readonly PeerRatio[],
  unwell: ReadonlySet<string>,
  most: number = PEERS_HEARD,
): Expected {
  const clear = day.clear.get(roof.id)
  const wh = new Float64Array(24).fill(Number.NaN)
  if (!clear) return { wh, peers: 0, spread: 0 }
  const heard = peers.filter((p) => !unwell.has(p.house) && day.houses.has(p.house)).slice(0, most)
  let total = 0
  let apart = 0
  let peersHeard = 0
  for (let h = 0; h < 24; h += 1) {
    const model = hourOf(clear, h)
    if (!(model > LEAST_CLEAR * roof.peakPower)) continue
    const words = heard.flatMap((peer) => {
      const ratio = peer.ratios[h] ?? null
      const share = shareOf(day, peer.house, h)
      return ratio === null || share === null ? [] : [ratio * share]
    })
    const middle = words.length >= LEAST_PEERS ? median(words) : null
    if (middle === null) continue
    wh[h] = Math.max(0, model * middle)
    total += hourOf(wh, h)
    apart += model * ((quantile(words, 0.75) ?? 0) - (quantile(words, 0.25) ?? 0))
    peersHeard = Math.max(peersHeard, words.length)
  }
  return { wh, peers: peersHeard, spread: total > 0 ? apart / total / 2 : 0 }
}

/** Of the learned peers the closest that are heard on the day. */
const PEERS_HEARD = 5
export const LEAST_PEERS = 2

function shareOf(day: ModelledDay, house: string, hour: number): number | null {
  const model = day.clear.get(house)?.[hour] ?? 0
  const made = day.houses.get(house)?.produced[hour] ?? Number.NaN
  return model > 0 && !Number.isNaN(made) ? made / model : null
}
