import { slotLines } from '../codec/line-protocol.ts'
import type { SlotEnergy } from '../domain/slot.ts'
import { DAY, HOUR, MINUTE, SLOT, slotStart } from '../domain/time.ts'
import { SingleRun } from './single-run.ts'

/** A slot goes out once late readings have mostly come. */
const AFTER = 2 * MINUTE
/** So far back it begins after a start: writing twice changes nothing. */
const BACK = DAY
/** In one request. */
const PIECE = HOUR

export interface LinePushOptions {
  readonly now: () => number
  readonly slots: (range: {
    from: number
    to: number
  }) => Promise<readonly { readonly start: number; readonly house: string; readonly energy: SlotEnergy }[]>
  /** Hands lines over; what went wrong in a sentence, or null. */
  readonly post: (text: string) => Promise<string | null>
  /** Told once when it begins to fail, and once when it is well again (null). */
  readonly onProblem: (problem: string | null) => void
}

/** Pushes the slots that are over to a database of time series. Nothing is kept but where it stands. */
export class LinePush {
  readonly #options: LinePushOptions
  #next: number | null = null
  #failing = false
  readonly #work = new SingleRun(() => this.#run())

  constructor(options: LinePushOptions) {
    this.#options = options
  }

  run(): Promise<void> {
    return this.#work.run()
  }

  async #run(): Promise<void> {
    const { now, slots, post, onProblem } = this.#options
    const until = slotStart(now() - AFTER)
    // However long the other side was silent: what it missed is still there.
    let from = this.#next ?? until - BACK
    while (from < until) {
      const to = Math.min(from + PIECE, until)
      const lines = slotLines(await slots({ from, to }))
      const problem = lines.length === 0 ? null : await post(`${lines.join('\n')}\n`)
      if ((problem !== null) !== this.#failing) onProblem(problem)
      this.#failing = problem !== null
      if (problem !== null) return
      // The last slot again next time: it may not have had all its readings.
      this.#next = Math.max(from + SLOT, to - SLOT)
      from = to
    }
  }
}
