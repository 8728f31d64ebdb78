import type { Announcement } from '../codec/home-assistant.ts'
import { availabilityTopic, discoveryTopic, stateTopic } from '../codec/home-assistant.ts'
import type { Outlet } from './perform.ts'
import { SingleRun } from './single-run.ts'

export interface HomeAssistantOptions {
  readonly root: string
  readonly outlet: Outlet
  /** Devices to announce by the house, the community among them; none where it is switched off. */
  readonly devices: () => ReadonlyMap<string, Announcement>
  /** What each device shows, as it is published. */
  readonly states: () => Promise<ReadonlyMap<string, string>>
  /** Houses that were announced by an earlier run. */
  readonly load: () => Promise<readonly string[]>
  readonly save: (houses: readonly string[]) => Promise<void>
}

const KEPT = { qos: 1, retain: true } as const

/** Announces houses and their community to Home Assistant and keeps what it shows up to date; takes back what is no longer there. */
export class HomeAssistant {
  readonly #options: HomeAssistantOptions
  /** House -> what was announced last; null = by an earlier run. */
  #announced: Map<string, string | null> | null = null
  readonly #work = new SingleRun(() => this.#run())

  constructor(options: HomeAssistantOptions) {
    this.#options = options
  }

  /** Brings what is announced, and every value, up to date. A call while another runs waits for that one. */
  run(): Promise<void> {
    return this.#work.run()
  }

  /** Says everything anew: somebody has come who knows nothing. */
  async repeat(): Promise<void> {
    await this.#work.idle().catch(() => {})
    for (const house of this.#announced?.keys() ?? []) this.#announced?.set(house, null)
    await this.run()
  }

  /** Says that the hub goes away. */
  async stop(): Promise<void> {
    await this.#work.stop().catch(() => {})
    if ((this.#announced?.size ?? 0) > 0)
      await this.#options.outlet.publish(availabilityTopic(this.#options.root), 'offline', KEPT)
  }

  async #run(): Promise<void> {
    const { devices, load, save, outlet, root } = this.#options
    this.#announced ??= new Map((await load()).map((house) => [house, null]))
    const announced = this.#announced
    const wanted = devices()
    const gone = [...announced.keys()].filter((house) => !wanted.has(house))
    const isNew = [...wanted.keys()].some((house) => !announced.has(house))
    // Written down first: what was announced can then always be taken back.
    if (gone.length > 0 || isNew) await save([...wanted.keys()])
    for (const house of gone) {
      await outlet.publish(discoveryTopic(house), '', KEPT)
      await outlet.publish(stateTopic(root, house), '', KEPT)
      announced.delete(house)
    }
    if (wanted.size === 0) return
    const fresh = [...wanted].filter(([house, { payload }]) => announced.get(house) !== payload)
    for (const [house, { topic, payload }] of fresh) {
      await outlet.publish(topic, payload, KEPT)
      announced.set(house, payload)
    }
    if (fresh.length > 0) await outlet.publish(availabilityTopic(root), 'online', KEPT)
    for (const [house, state] of await this.#options.states())
      if (wanted.has(house)) await outlet.publish(stateTopic(root, house), state, KEPT)
  }
}
