/**
 * Chance that can be asked again: every value is a hash of a seed and whole-number keys, so the same question always has the
 * same answer, in any order. Mixing steps are those of MurmurHash3's finaliser (public domain).
 */
export function hash(seed: number, a: number, b = 0, c = 0): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b)
  h = mix(h ^ a)
  h = mix(h ^ Math.imul(b + 1, 0xc2b2ae35))
  return mix(h ^ Math.imul(c + 1, 0x27d4eb2f))
}

function mix(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** A number in [0, 1) for a seed and up to three whole-number keys. */
export function chance(seed: number, a: number, b = 0, c = 0): number {
  return hash(seed, a, b, c) / 4_294_967_296
}

/** A number in [low, high) for a seed and up to two whole-number keys. */
export function between(low: number, high: number, seed: number, a: number, b = 0): number {
  return low + (high - low) * chance(seed, a, b)
}

/** Smooth noise in [0, 1] along `x`, one independent value per whole number, eased in between (value noise). `key` picks the line. */
export function noise(seed: number, key: number, x: number): number {
  const cell = Math.floor(x)
  const left = chance(seed, key, cell)
  return left + (chance(seed, key, cell + 1) - left) * ease(x - cell)
}

/** 0 up to 0, 1 from 1, smooth with flat ends in between. */
export function ease(x: number): number {
  const t = Math.min(1, Math.max(0, x))
  return t * t * (3 - 2 * t)
}

/** The whole numbers 0..count-1 in an order chosen by the seed (Fisher-Yates). */
export function shuffled(seed: number, count: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index)
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(chance(seed, last) * (last + 1))
    const held = order[last] as number
    order[last] = order[other] as number
    order[other] = held
  }
  return order
}
