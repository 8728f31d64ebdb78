import type { Ingest } from './flow/ingest.ts'
import type { Registry } from './flow/registry.ts'
import type { Strangers } from './flow/strangers.ts'
import type { MessageBroker } from './io/message-broker.ts'
import type { RunningForecast } from './start-forecast.ts'
import type { Store } from './store/store.ts'

/** A hub that has been started. */
export interface RunningHub {
  readonly httpPort: number
  /** 0 where another broker takes the place of the hub's own, whose address is `externalUrl`. */
  readonly mqttPort: number
  readonly externalUrl: string | null
  /** Ports with TLS, where there are any. */
  readonly mqttsPort: number | null
  readonly httpsPort: number | null
  readonly broker: MessageBroker
  readonly ingest: Ingest
  readonly registry: Registry
  readonly store: Store
  readonly strangers: Strangers
  readonly forecast: RunningForecast
  /** Looks at once whether there is an alert to tell of. */
  readonly tellAlerts: () => Promise<void>
  /** Publishes to Home Assistant at once, where that is on. */
  readonly tellHomeAssistant: () => Promise<void>
  /** Pushes what is due to a database of time series, where there is one. */
  readonly tellTimeSeries: () => Promise<void>
  /** The code that makes the first admin, or null when there is one. */
  readonly firstStartCode: () => string | null
  /** Houses that have been heard within the last two minutes. */
  readonly housesHeard: () => number
  /** Decides and acts at once, besides the schedule. */
  readonly tick: () => Promise<void>
  /** Judges the plants at once, besides the schedule. */
  readonly diagnose: () => Promise<void>
  /** Tells the central what is due, besides the schedule. */
  readonly tellCentral: () => Promise<void>
  /** Looks for dirt on the whole community at once, besides the schedule. */
  readonly judgeCleaning: () => Promise<void>
  readonly stop: () => Promise<void>
}
