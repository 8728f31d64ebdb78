import type { CleaningRun } from '../hub/domain/cleaning-run.ts'
import type { CycleState, ProcessImage } from '../hub/domain/cycle.ts'
import type { House } from '../hub/domain/house.ts'
import type { Latest } from '../hub/domain/latest.ts'
import type { PlaneFit } from '../hub/domain/plane-fit.ts'
import type { PlantHealth } from '../hub/domain/plant-health.ts'
import type { NodeStatus } from '../hub/domain/presence.ts'
import type { Refusal, Series } from '../hub/domain/reading.ts'
import type { CleaningReport } from '../hub/domain/relay.ts'
import type { Settings } from '../hub/domain/settings.ts'
import type { SoilingVerdict } from '../hub/domain/soiling.ts'
import type { HouseTotals } from '../hub/flow/counters.ts'
import type { CurrentForecast } from '../hub/flow/forecast-ports.ts'
import type { LoadTopic } from '../hub/flow/load-inbox.ts'
import type { WatchedNode } from '../hub/flow/node-watch.ts'
import type { Deliver } from '../hub/flow/notices.ts'
import type { WeatherStand } from '../hub/flow/weather.ts'
import type { KeyedHouse } from '../hub/store/houses.ts'
import type { StoredLoad } from '../hub/store/loads.ts'
import type { TokenRole } from '../hub/store/people.ts'
import type { ControlDb, ReadingsDb } from '../hub/store/store.ts'

/** What became of a posted reading. */
export type PostOutcome =
  | { readonly kind: 'stored' | 'duplicate' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly code: string }

/** What the pages and the API may ask of the running hub. */
export interface HubDeps {
  readonly now: () => number
  /** Name that the demo runs under, or null on a real hub. */
  readonly demo: boolean
  readonly registry: () => {
    readonly houses: ReadonlyMap<string, KeyedHouse>
    readonly settings: Settings
    readonly cleaning: readonly CleaningRun[]
    readonly tokens: ReadonlyMap<string, { readonly role: TokenRole; readonly house: string | null }>
    readonly loads: ReadonlyMap<string, readonly StoredLoad[]>
    readonly armed: ReadonlyMap<string, number>
  }
  /** Reads the registry again at once, after a page has changed it. */
  readonly refreshRegistry: () => Promise<void>
  readonly image: () => ProcessImage
  /** Energies of every house since the first measurement. */
  readonly counters: () => Promise<HouseTotals>
  /** Cycles since the start. */
  readonly cycles: () => number
  readonly cycleState: () => CycleState
  /** How each plant does, as far as its neighbours tell; null while nothing is known. */
  /** What the clear days of each roof tell of its plane. */
  readonly planes: () => ReadonlyMap<string, PlaneFit>
  readonly plants: () => ReadonlyMap<string, PlantHealth> | null
  readonly forecast: {
    /** As issued last; null where nothing can be forecast. House id '' is the community. */
    readonly forecasting: { readonly current: CurrentForecast | null }
    readonly weather: { readonly stand: WeatherStand }
    /** Looks at once whether there is new weather to fetch. */
    readonly look: () => Promise<void>
  }
  /** Hands a message over now: what really came of it. */
  readonly notify: { readonly deliver: Deliver }
  /** The central, for the page that shows what it is told. */
  readonly sync: {
    /** Null = none is configured. */
    readonly url: string | null
    /** What this hub is called there; null = not enrolled. */
    readonly hub: () => string | null
    /** Why the code was not taken, or null when it was. */
    readonly enrol: (code: string) => Promise<string | null>
    /** The text that goes out next; null = nothing waits. */
    readonly next: () => Promise<{ readonly text: string; readonly waitsForAnswer: boolean } | null>
    /** The text of a batch as it was kept. */
    readonly textOf: (body: string) => string
    /** Tries at once. */
    readonly wake: () => Promise<void>
  }
  readonly cleaning: {
    /** What is known of dirt on the whole community; null while nothing is. */
    readonly verdict: () => SoilingVerdict | null
    /** What a house's node last said of the cleaning of its panels; `at` on the clock that goes on over restarts. */
    readonly report: (house: string) => (CleaningReport & { readonly at: number }) | null
  }
  readonly live: {
    readonly version: number
    readonly latestOf: (houses: Iterable<string>) => Map<string, Latest>
    readonly node: (house: string) => NodeStatus | null
  }
  readonly ingest: {
    readonly reading: (house: House, series: Series, payload: object) => Promise<PostOutcome>
    readonly refuse: (house: string, refusal: Refusal) => Promise<PostOutcome>
    readonly lastCommitMs: number | null
    /** Messages since the start, by what became of them. */
    readonly counts: {
      readonly stored: number
      readonly duplicate: number
      readonly refused: number
      readonly failed: number
    }
  }
  readonly loads: {
    /** What a node says of a load or a command, over HTTP. */
    readonly inbox: (topic: LoadTopic, payload: object) => Promise<PostOutcome>
    /** The commands for a node that asks, as they travel. */
    readonly poll: (house: string) => readonly object[]
    /** A person takes over, or with null gives back: stored, and acted on at once. */
    readonly override: (
      of: { readonly house: string; readonly load: string },
      override: { readonly on: boolean; readonly durationS: number } | null,
      who: string,
    ) => Promise<void>
    /** Whether commands to a house's node are bound to its boot; null = not known yet. */
    readonly isBound: (house: string) => boolean | null
    /** Loads its node tells of, whether they are set up or not. */
    readonly heardLoads: (house: string) => readonly string[]
  }
  /** control.db to write, the same file to read, and readings.db to read. */
  readonly control: ControlDb
  readonly view: ControlDb
  readonly readings: ReadingsDb
  /** Paths of the database files. */
  readonly files: { readonly control: string; readonly readings: string }
  /** Deletes for good what was measured at a house that stays, and its past alerts: how many readings there were. */
  readonly eraseHistory: (house: string) => Promise<number>
  readonly health: () => readonly { readonly reason: string; readonly detail: string }[]
  readonly strangers: () => readonly { who: string; address: string; why: string; count: number; lastAt: number }[]
  /** The hub's own broker, or the address of the one in its place, whose clients it does not know. */
  readonly broker: () => { readonly port: number; readonly clients: number | null; readonly externalUrl: string | null }
  /** The certificate that TLS is served with, if any; `own` = made by the hub. `validTo` in epoch ms. */
  readonly certificate: () => { readonly fingerprint: string; readonly validTo: number; readonly own: boolean } | null
  /** First level of the topics. */
  readonly mqttRoot: string
  /** The node on the hub's own USB port, if it holds one. */
  readonly node: () => { readonly view: WatchedNode; readonly test: () => void } | null
  readonly hashKey: (key: string) => string
  /** New secrets, random. */
  readonly secrets: {
    readonly nodeKey: () => string
    readonly token: () => string
    readonly password: () => string
    /** Six digits. */
    readonly digits: () => string
  }
  readonly passwords: {
    readonly hash: (password: string) => Promise<string>
    /** Null, for somebody who does not exist, takes as long as a wrong password. */
    readonly verify: (password: string, hash: string | null) => Promise<boolean>
    /** Why a password cannot be taken, or null. */
    readonly problem: (password: string) => string | null
    readonly minLength: number
  }
  /** The code that makes the first admin, while there is none. */
  readonly firstStartCode: () => string | null
  /** Host names the hub answers to, beside IP addresses, localhost and *.local. */
  readonly allowedHosts: readonly string[]
  readonly version: string
  /** The last lines of the log, oldest first. */
  readonly logLines: () => readonly string[]
  readonly log: { readonly error: (fields: object, message: string) => void }
}
