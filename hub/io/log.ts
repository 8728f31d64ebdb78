import { Writable } from 'node:stream'
import type { Level } from 'pino'
import { pino } from 'pino'

export type Log = ReturnType<typeof makeLog>

/** The last lines of the log, for the page that shows them. */
export class LogTail extends Writable {
  readonly #lines: string[] = []
  readonly #most: number

  constructor(most = 500) {
    super({ decodeStrings: false })
    this.#most = most
  }

  override _write(line: string | Buffer, _encoding: string, done: () => void): void {
    this.#lines.push(String(line).trimEnd())
    if (this.#lines.length > this.#most) this.#lines.splice(0, this.#lines.length - this.#most)
    done()
  }

  /** JSON lines, oldest first. */
  get lines(): readonly string[] {
    return this.#lines
  }
}

const INFO = 30
const SILENT = 'silent' as Level

/** Names under which something secret could be logged by mistake. */
const SECRET = ['password', 'key', 'token', 'cookie', 'authorization', 'passwordHash', 'keyHash']

/** JSON lines of `level` on standard error; in `tail` whatever is at least `info`. Nothing secret goes in. */
export function makeLog(level: string, tail: LogTail | null = null) {
  const streams = [{ level: level as Level, stream: pino.destination({ dest: 2, sync: true }) }]
  const all = tail ? [...streams, { level: 'info' as Level, stream: tail }] : streams
  const least = tail && (pino.levels.values[level] ?? Number.POSITIVE_INFINITY) > INFO ? 'info' : level
  return pino(
    {
      level: least,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET.flatMap((name) => [name, `*.${name}`]), censor: '***' },
    },
    pino.multistream(all.filter(({ level: at }) => at !== SILENT)),
  )
}
