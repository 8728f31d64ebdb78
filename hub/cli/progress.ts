import type { Terminal } from './command.ts'

const BAR = 24
const REDRAW_MS = 200
const LINE_MS = 5000

/** How far a long command has come: a bar that is drawn over on a terminal, elsewhere a line every few seconds. */
export class Progress {
  readonly #err: Terminal['err']
  readonly #started = performance.now()
  #shown: number | null = null
  #drawn = false

  constructor(err: Terminal['err']) {
    this.#err = err
  }

  get seconds(): number {
    return (performance.now() - this.#started) / 1000
  }

  /** `share` of the whole, 0..1, and the rows so far. Cheap to call often. */
  show(share: number, rows: number): void {
    const now = performance.now()
    if (now - (this.#shown ?? this.#started) < (this.#err.isTTY ? REDRAW_MS : LINE_MS)) return
    this.#shown = now
    const line = progressLine(share, rows, this.seconds)
    if (!this.#err.isTTY) {
      this.#err.write(`${line}\n`)
      return
    }
    const done = Math.round(BAR * Math.min(1, share))
    this.#err.write(`\r\u001b[2K[${'='.repeat(done)}${' '.repeat(BAR - done)}] ${line}`)
    this.#drawn = true
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#drawn) this.#err.write('\r\u001b[2K')
  }
}

/** Worked value: 0.5, 40000 rows, 4 s -> "50 %, 40,000 rows, 10,000 rows/s, about 4 s left". */
export function progressLine(share: number, rows: number, seconds: number): string {
  const count = (n: number) => Math.round(n).toLocaleString('en-US')
  const left = share > 0 && share < 1 ? `, about ${duration((seconds * (1 - share)) / share)} left` : ''
  return `${Math.floor(100 * share)} %, ${count(rows)} rows, ${count(rows / Math.max(seconds, 0.001))} rows/s${left}`
}

function duration(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`
}
