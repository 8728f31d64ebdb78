import { median } from './forecast-ratio.ts'

/** Below this share of what it usually makes beside its neighbours, a plant is taken to be unwell that day. */
const LEAST_OF_USUAL = 0.75
/** Below this share of a cloudless day neighbours tell nothing: thick clouds are not the same over a street. */
const LEAST_PEERS_SHARE = 0.25
const PAST_KEPT = 30
const ENOUGH_PAST = 10
const ENOUGH_PEERS = 2
/** A plant that makes next to nothing while its neighbours make this share of a cloudless day is off. */
const OFF_SHARE = 0.01

/** What a plant made beside its neighbours, day by day: shares of the cloudless day over the neighbours' median, newest last. */
export type PeerPast = readonly number[]

/**
 * Whether a day of a plant may be learned from: it made, beside its neighbours, about what it usually makes. `share` and
 * `peers` are measured over cloudless energy of the day. Alone, or while nothing is known, a plant is well unless it is off.
 * Worked value: usually level with its neighbours, today 0.5 while they are at 0.8 -> not well.
 */
export function isWell(share: number, peers: readonly number[], past: PeerPast): boolean {
  const around = peers.length >= ENOUGH_PEERS ? median(peers) : null
  if (around === null) return share > OFF_SHARE
  if (around < LEAST_PEERS_SHARE) return share > OFF_SHARE * around
  if (share < OFF_SHARE) return false
  return past.length < ENOUGH_PAST || share / around >= LEAST_OF_USUAL * median(past)
}

/** The past with a day added; give only days on which the plant was well. */
export function addPast(past: PeerPast, share: number, peers: readonly number[]): PeerPast {
  if (peers.length < ENOUGH_PEERS) return past
  const around = median(peers)
  return around < LEAST_PEERS_SHARE ? past : [...past, share / around].slice(-PAST_KEPT)
}
