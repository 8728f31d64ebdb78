import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Board } from './board.ts'

/** The board's time that passes between two looks at the world, s: what the network brings waits no longer. */
const SLICE = 0.005

export interface Play {
  /** Ends it before its time. */
  readonly until?: () => boolean
  /** After each slice, with the seconds that went by. */
  readonly each?: (seconds: number) => void | Promise<void>
  /** Never ahead of the wall clock: for whoever counts real seconds on the other end. */
  readonly realTime?: boolean
}

/**
 * Runs a board as fast as this machine can, giving way to the network and to everything else of the process between slices.
 * True when `until` came true; without `until`, when the time was over.
 */
export async function play(
  board: Board,
  seconds: number,
  { until, each, realTime = false }: Play = {},
): Promise<boolean> {
  const end = board.seconds + seconds
  const origin = performance.now() - board.seconds * 1000
  while (board.seconds < end) {
    if (until?.()) return true
    board.run(Math.min(SLICE, end - board.seconds))
    await each?.(SLICE)
    await setImmediate()
    const ahead = board.seconds * 1000 - (performance.now() - origin)
    if (realTime && ahead > 0) await setTimeout(ahead)
  }
  return until === undefined || until()
}
