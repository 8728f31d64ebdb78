import type { LiveNode } from '../../hub/demo/live-node.ts'
import type { Load } from '../../hub/domain/load.ts'
import { saveLoad, setArmed } from '../../hub/store/loads.ts'
import type { TestHub } from './hub-in-process.ts'
import { house, keyOf, testHub } from './hub-in-process.ts'
import { CAR, HEATER, relayNode, until } from './relay-node.ts'

/** A hub with one armed house, its car and its water heater, and the node of it; the test moves their clock. */

export const NOON = Date.UTC(2026, 5, 21, 10)
const S = 1000
/** More than a node takes to look at its relays and to say so. */
const PAUSE_MS = 150

export interface LoadJson {
  readonly carico: string
  readonly stato: { acceso: boolean; origine: string } | null
  readonly comando: { fase: string; errore: string | null; acceso: boolean } | null
  readonly decisione: { regola: string } | null
  readonly manuale: object | null
}

export async function furnish(hub: TestHub, loads: readonly Load[] = [CAR, HEATER]): Promise<void> {
  const { control } = hub.hub.store
  for (const load of loads) await saveLoad(control, load, NOON)
  await setArmed(control, 'casa_A', NOON)
  await hub.hub.registry.refresh()
}

export async function stateOf(hub: TestHub, id: string): Promise<LoadJson | undefined> {
  const answer = (await (await hub.as('reader', '/api/carichi/')).json()) as { carichi: LoadJson[] }
  return answer.carichi.find((c) => c.carico === id)
}

/** What is to be ended goes into `ends`, last first. */
export async function loadStreet(
  ends: (() => unknown)[],
  more: {
    readonly hub?: Partial<Parameters<typeof testHub>[0]>
    readonly node?: Partial<Parameters<typeof relayNode>[0]>
  } = {},
) {
  const hub = await testHub({ houses: [house('casa_A', 3000)], at: NOON, residents: ['casa_A'], ...more.hub })
  ends.push(() => hub.stop())
  await furnish(hub)
  const plug = (own: Partial<Parameters<typeof relayNode>[0]> = {}): LiveNode => {
    const base = { port: hub.hub.mqttPort, key: keyOf('casa_A'), now: () => hub.clock.at }
    const node = relayNode({ ...base, ...more.node, ...own })
    ends.push(() => node.stop())
    node.start()
    return node
  }
  const at = (id: string) => stateOf(hub, id)
  /** Lets `seconds` pass, a tick every ten; whoever has to answer does so in between. */
  const pass = async (seconds: number, ticks = true) => {
    for (let s = 0; s < seconds; s += 10) {
      hub.clock.at += Math.min(10, seconds - s) * S
      if (ticks) await hub.hub.tick()
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
  const node = plug()
  await until(async () => (await at('auto'))?.stato != null, 'the node was not heard of')
  await hub.hub.tick()
  return { hub, node, plug, at, pass }
}

export async function override(hub: TestHub, load: string, modo: string, durata_s = 7200): Promise<number> {
  const answer = await hub.as('admin', `/api/carichi/${load}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ modo, durata_s }),
  })
  return answer.status
}
