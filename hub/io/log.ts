import { Writable } from 'node:stream'
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

/** Names under which something secret could be logged by mistake. */
const SECRET = ['password', 'key', 'token', 'cookie', 'authorization', 'passwordHash', 'keyHash']

/** JSON lines on standard error, and in `tail`; nothing secret goes in. */
export function makeLog(level: string, tail: LogTail | null = null) {
  const streams: { level: 'trace'; stream: NodeJS.WritableStream | ReturnType<typeof pino.destination> }[] = [
    { level: 'trace', stream: pino.destination({ dest: 2, sync: true }) },
  ]
  if (tail) streams.push({ level: 'trace', stream: tail })
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET.flatMap((name) => [name, `*.${name}`]), censor: '***' },
    },
    pino.multistream(streams as Parameters<typeof pino.multistream>[0]),
  )
}
