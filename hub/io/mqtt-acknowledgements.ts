const PUBACK = 0x40

/** Sends the acknowledgements of one connection in the order in which the messages came [MQTT-4.6.0-2]. */
export class Acknowledgements {
  readonly #write: (bytes: Buffer) => void
  readonly #due: { readonly messageId: number; done: boolean }[] = []

  constructor(write: (bytes: Buffer) => void) {
    this.#write = write
  }

  /** A message that has come; what is answered acknowledges it. */
  await(messageId: number): () => void {
    const entry = { messageId, done: false }
    this.#due.push(entry)
    return () => {
      entry.done = true
      this.#send()
    }
  }

  #send(): void {
    const ready = this.#due.findIndex(({ done }) => !done)
    const bytes = this.#due.splice(0, ready < 0 ? this.#due.length : ready).flatMap(({ messageId }) => {
      return [PUBACK, 2, messageId >> 8, messageId & 0xff]
    })
    if (bytes.length > 0) this.#write(Buffer.from(bytes))
  }
}
