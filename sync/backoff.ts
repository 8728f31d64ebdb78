const FIRST_MS = 5_000
const MOST_MS = 3_600_000

/**
 * How long to wait after `failures` (>= 1) in a row, ms: full jitter, so that hubs that failed together do not come back together.
 * `random` is 0..1. The server's own wish, `retryAfterS`, is the least. Worked value: third failure, random 0.5 -> 10,000.
 */
export function backoff(failures: number, random: number, retryAfterS: number | null = null): number {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(20, Math.max(0, failures - 1)))
  return (retryAfterS ?? 0) * 1000 + Math.round(random * ceiling)
}
