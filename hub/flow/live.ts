import type { Latest } from '../domain/latest.ts'
import { NO_LATEST } from '../domain/latest.ts'
import type { NodeStatus } from '../domain/presence.ts'

/** What is happening now, in memory: the last committed word of every house and node. */
export class Live {
  readonly #latest = new Map<string, Latest>()
  readonly #nodes = new Map<string, NodeStatus>()
  #version = 0

  /** Rises with every change. */
  get version(): number {
    return this.#version
  }

  /** The last committed word of the houses that belong to the community. */
  latestOf(houses: Iterable<string>): Map<string, Latest> {
    return new Map([...houses].map((id) => [id, this.#latest.get(id) ?? NO_LATEST]))
  }

  node(house: string): NodeStatus | null {
    return this.#nodes.get(house) ?? null
  }

  setLatest(entries: Iterable<readonly [string, Latest]>): void {
    for (const [house, latest] of entries) this.#latest.set(house, latest)
    this.#version += 1
  }

  /** The hub's clock was set by `step` ms: what was heard a minute ago was heard a minute ago still. */
  shift(step: number): void {
    for (const [house, { production, consumption }] of this.#latest) {
      this.#latest.set(house, {
        production: production && { ...production, at: production.at + step },
        consumption: consumption && { ...consumption, at: consumption.at + step },
      })
    }
    for (const [house, status] of this.#nodes) this.#nodes.set(house, { ...status, at: status.at + step })
    this.#version += 1
  }

  setNode(house: string, status: NodeStatus): void {
    const before = this.#nodes.get(house)
    this.#nodes.set(house, {
      ...status,
      fw: status.fw ?? before?.fw ?? null,
      boot: status.boot ?? before?.boot ?? null,
      uptimeS: status.uptimeS ?? before?.uptimeS ?? null,
    })
    this.#version += 1
  }
}
