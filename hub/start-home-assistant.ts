import { programVersion } from './cli/version.ts'
import {
  type Announcement,
  COMMUNITY_DEVICE,
  communityDiscovery,
  communityState,
  discovery,
  type HouseCounters,
  houseState,
} from './codec/home-assistant.ts'
import { communityBalance } from './domain/balance.ts'
import { HomeAssistant } from './flow/home-assistant.ts'
import type { Live } from './flow/live.ts'
import type { Recovery } from './flow/recovery.ts'
import type { Registry } from './flow/registry.ts'
import type { Relays } from './flow/relays.ts'
import type { Log } from './io/log.ts'
import type { MessageBroker } from './io/message-broker.ts'
import { everySeconds } from './io/schedule.ts'
import { makeCounters } from './start-counters.ts'
import { listAlerts } from './store/alerts.ts'
import { readAnnounced, saveAnnounced } from './store/announced.ts'
import type { Store } from './store/store.ts'

const EVERY_S = 30
/** What was said longer ago is not shown as the state of now, ms. */
const FRESH_MS = 120_000
const REPORT_FRESH_MS = 150_000

export interface RunningHomeAssistant {
  /** Publishes at once, besides the schedule. */
  readonly look: () => Promise<void>
  /** Home Assistant has started: it is told everything anew. */
  readonly greet: () => void
  readonly start: () => () => Promise<void>
}

/** Announces the houses to Home Assistant on the hub's own broker, where an admin has switched that on. */
export function prepareHomeAssistant(parts: {
  readonly now: () => number
  readonly elapsed: () => number
  readonly log: Log
  readonly registry: Registry
  readonly store: Store
  readonly recovery: Recovery
  readonly live: Live
  readonly relays: () => Relays
  readonly broker: () => MessageBroker
  readonly root: string
}): RunningHomeAssistant {
  const { now, elapsed, log, registry, store, recovery, live, relays, broker, root } = parts
  const counters = makeCounters(store, recovery)
  const states = async (): Promise<Map<string, string>> => {
    const totals = await counters.totals(now())
    const { houses, loads } = registry.current
    const at = now()
    const fresh = (value: { readonly w: number; readonly at: number } | null | undefined) =>
      value && at - value.at <= FRESH_MS ? value.w : null
    const latest = live.latestOf(houses.keys())
    const { houses: heard, sharedW } = communityBalance(latest, at)
    const openAlerts = (await listAlerts(store.view, { openOnly: true })).length
    const community = communityState({
      productionW: heard.reduce((sum, house) => sum + house.productionW, 0),
      consumptionW: heard.reduce((sum, house) => sum + house.consumptionW, 0),
      ...{ sharedW, openAlerts, housesHeard: heard.length },
      producedWh: sumOf(totals.values(), 'producedWh'),
      consumedWh: sumOf(totals.values(), 'consumedWh'),
    })
    const shown = new Map(
      [...latest].map(([house, { production, consumption }]) => [
        house,
        houseState({
          ...(totals.get(house) ?? { producedWh: null, consumedWh: null, importedWh: null, exportedWh: null }),
          productionW: fresh(production),
          consumptionW: fresh(consumption),
          loads: new Map(
            (loads.get(house) ?? []).map(({ load }) => {
              const report = relays().reportOf(house, load.id)
              return [load.id, report && elapsed() - report.at <= REPORT_FRESH_MS ? report.on : null]
            }),
          ),
        }),
      ]),
    )
    return shown.set(COMMUNITY_DEVICE, community)
  }
  const homeAssistant = new HomeAssistant({
    root,
    outlet: { publish: (...message) => broker().publish(...message) },
    devices: () => {
      const { houses, loads, settings } = registry.current
      const devices = new Map<string, Announcement>()
      if (!settings.notify.homeAssistant || houses.size === 0) return devices
      const hub = { root, version: programVersion() }
      devices.set(COMMUNITY_DEVICE, communityDiscovery(settings.communityName, hub))
      for (const { id, name, peakPower } of houses.values()) {
        const own = (loads.get(id) ?? []).filter((l) => l.declaration !== null)
        const announced = own.map(({ load }) => ({ id: load.id, name: load.name }))
        devices.set(id, discovery({ id, name, peakPower, loads: announced }, hub))
      }
      return devices
    },
    states,
    load: () => readAnnounced(store.view),
    save: (houses) => saveAnnounced(store.control, houses, now()),
  })
  const failed = (error: unknown) => log.warn({ error: String(error) }, 'Home Assistant could not be told')
  const look = () => homeAssistant.run().catch(failed)
  return {
    look,
    greet: () => void homeAssistant.repeat().catch(failed),
    start: () => {
      const job = everySeconds(EVERY_S, () => void look())
      void look()
      return async () => {
        job.stop()
        await homeAssistant.stop().catch(failed)
      }
    },
  }
}

/** Sum of a counter over the houses that have it; null where none has. */
function sumOf(totals: Iterable<HouseCounters>, counter: 'producedWh' | 'consumedWh'): number | null {
  const known = [...totals].flatMap((total) => total[counter] ?? [])
  return known.length === 0 ? null : known.reduce((sum, wh) => sum + wh, 0)
}
