import { decodeLine, encodeLine } from '../../hub/codec/serial-frame.ts'
import type { Fields, SerialLine } from '../../hub/flow/node-session.ts'

/** A conversation as `--transcript` wrote it: `> ` what was asked, `< ` what came. */
interface Exchange {
  readonly asked: Fields
  readonly came: readonly string[]
}

/** Plays the node's side of a recorded conversation: the same request gets the same answer, under its new number. */
export class SessionPlayer implements SerialLine {
  readonly #exchanges: readonly Exchange[]
  #listener: (bytes: Uint8Array) => void = () => {}
  #goneListener: () => void = () => {}
  readonly asked: Fields[] = []

  constructor(transcript: string) {
    const exchanges: { asked: Fields; came: string[] }[] = []
    for (const line of transcript.split('\n')) {
      if (line.startsWith('> ')) {
        const asked = decodeLine(line.slice(2))
        exchanges.push({ asked: asked.ok ? asked.value : {}, came: [] })
      } else if (line.startsWith('< ')) exchanges.at(-1)?.came.push(line.slice(2))
    }
    this.#exchanges = exchanges
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    const request = decodeLine(String(bytes).trimEnd())
    if (!request.ok) throw new Error(`not a request: ${String(bytes)}`)
    const { id, ...fields } = request.value
    this.asked.push(fields)
    const key = JSON.stringify(fields)
    const found = this.#exchanges.find(({ asked: { id: _, ...asked } }) => JSON.stringify(asked) === key)
    for (const line of found?.came ?? []) this.say(line, typeof id === 'number' ? id : 0)
  }

  /** Something comes from the node: a line of the protocol under another number, anything else as it is. */
  say(line: string, id?: number): void {
    const decoded = decodeLine(line)
    const renumbered = decoded.ok && 'id' in decoded.value && id !== undefined
    this.#listener(Buffer.from(renumbered ? encodeLine({ ...decoded.value, id }) : `${line}\n`))
  }

  unplug(): void {
    this.#goneListener()
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener
  }

  onGone(listener: () => void): void {
    this.#goneListener = listener
  }

  async close(): Promise<void> {}
}
