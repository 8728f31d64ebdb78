import type { SSEStreamingApi } from 'hono/streaming'
import type { LivePart } from '../view/live.ts'
import { partials } from '../view/live.ts'

/** How often open pages are brought up to date, and how often one is spoken to although nothing changed, ms. */
const BEAT_MS = 2_000
const QUIET_MS = 10_000
/** A page that has not taken its last message for this long is let go; it comes back by itself. */
const STUCK_MS = 30_000
const MOST_STREAMS = 500
/** Whoever may no longer look is let go with the next beat. */
const STILL_ALLOWED_EVERY_MS = 1_500

interface Viewer {
  readonly stream: SSEStreamingApi
  readonly stillAllowed: () => Promise<boolean>
  /** Region -> what it was last sent. */
  readonly sent: Map<string, string>
  sentAt: number
  checkedAt: number
  busySince: number | null
  readonly close: () => void
}

interface Channel {
  readonly render: () => Promise<readonly LivePart[]>
  readonly viewers: Set<Viewer>
}

/**
 * Pages that are open: each distinct one is drawn once a beat; who looks at it is sent the regions that have changed,
 * each whole, and all of them at first.
 */
export class EventHub {
  readonly #channels = new Map<string, Channel>()
  readonly #onError: (error: unknown) => void
  #timer: NodeJS.Timeout | null = null
  #beating = false

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  get isFull(): boolean {
    return [...this.#channels.values()].reduce((sum, c) => sum + c.viewers.size, 0) >= MOST_STREAMS
  }

  /** Serves one open page until it goes away. `key` names what it sees: same key, same fragments. */
  async serve(
    key: string,
    render: () => Promise<readonly LivePart[]>,
    stillAllowed: () => Promise<boolean>,
    stream: SSEStreamingApi,
  ): Promise<void> {
    const { promise: gone, resolve: close } = Promise.withResolvers<void>()
    const now = performance.now()
    const viewer: Viewer = { stream, stillAllowed, sent: new Map(), sentAt: 0, checkedAt: now, busySince: null, close }
    const channel = this.#channels.get(key) ?? { render, viewers: new Set<Viewer>() }
    this.#channels.set(key, channel)
    channel.viewers.add(viewer)
    stream.onAbort(close)
    this.#timer ??= setInterval(() => void this.#beat(), BEAT_MS)
    try {
      this.#send(viewer, await channel.render())
      await gone
    } finally {
      channel.viewers.delete(viewer)
      if (channel.viewers.size === 0) this.#channels.delete(key)
      if (this.#channels.size === 0 && this.#timer) {
        clearInterval(this.#timer)
        this.#timer = null
      }
    }
  }

  /** Lets everybody go. */
  stop(): void {
    for (const { viewers } of this.#channels.values()) for (const viewer of viewers) viewer.close()
  }

  async #beat(): Promise<void> {
    if (this.#beating) return
    this.#beating = true
    for (const { render, viewers } of [...this.#channels.values()]) {
      try {
        const parts = await render()
        for (const viewer of viewers) this.#update(viewer, parts)
      } catch (error) {
        this.#onError(error)
      }
    }
    this.#beating = false
  }

  #update(viewer: Viewer, parts: readonly LivePart[]): void {
    const now = performance.now()
    if (viewer.busySince !== null) {
      if (now - viewer.busySince > STUCK_MS) viewer.close()
      return
    }
    if (now - viewer.checkedAt > STILL_ALLOWED_EVERY_MS) {
      viewer.checkedAt = now
      viewer.stillAllowed().then((allowed) => allowed || viewer.close(), this.#onError)
    }
    const changed = parts.filter(({ id, html }) => viewer.sent.get(id) !== html)
    if (changed.length > 0 || now - viewer.sentAt >= QUIET_MS) this.#send(viewer, changed.length > 0 ? changed : parts)
  }

  #send(viewer: Viewer, parts: readonly LivePart[]): void {
    viewer.busySince = performance.now()
    for (const { id, html } of parts) viewer.sent.set(id, html)
    viewer.sentAt = viewer.busySince
    viewer.stream.writeSSE({ data: partials(parts) }).then(
      () => {
        viewer.busySince = null
      },
      () => viewer.close(),
    )
  }
}
