/** What the central's pages are given. Instants epoch ms, energies Wh; null = not known. */
export interface CentralDeps {
  readonly now: () => number
  readonly version: string
  readonly hubs: () => Promise<readonly HubNow[]>
  readonly month: (month: string) => Promise<readonly HubMonth[]>
  readonly days: (hub: string, month: string) => Promise<readonly HubDay[]>
  readonly alerts: (hub: string) => Promise<readonly HubAlert[]>
  /** Times in which hubs were not heard, the newest first; of one hub, or of all (null). */
  readonly silences: (hub: string | null) => Promise<readonly HubSilence[]>
  readonly audit: () => Promise<readonly { at: number; who: string; what: string; detail: string }[]>
  readonly people: () => Promise<readonly { name: string; role: string }[]>
  readonly alive: () => Promise<boolean>
  readonly find: (name: string) => Promise<{ name: string; role: CentralRole; passwordHash: string } | null>
  readonly verify: (password: string, hash: string | null) => Promise<boolean>
  readonly session: {
    readonly begin: (person: string) => Promise<{ readonly id: string; readonly maxAgeS: number }>
    readonly person: (id: string) => Promise<{ readonly name: string; readonly role: CentralRole } | null>
    readonly end: (id: string) => Promise<void>
  }
  readonly allowedHosts: readonly string[]
  readonly log: { readonly error: (fields: object, message: string) => void }
}

export type CentralRole = 'admin' | 'reader'

export interface HubNow {
  readonly id: string
  readonly name: string
  readonly latitude: number | null
  readonly longitude: number | null
  readonly program: string
  readonly seenAt: number | null
  readonly committedAt: number | null
  readonly skewS: number | null
  readonly problem: string | null
  readonly revoked: boolean
  readonly houses: number | null
  readonly heard: number | null
  readonly openAlerts: number | null
  readonly reasons: readonly string[]
}

export interface HubSilence {
  readonly hub: string
  readonly openedAt: number
  /** Null = it still lasts. */
  readonly closedAt: number | null
  /** The last that was known of why; '' = nothing. */
  readonly cause: string
}

export interface HubMonth {
  readonly id: string
  readonly name: string
  readonly producedWh: number | null
  readonly consumedWh: number | null
  readonly importedWh: number | null
  readonly exportedWh: number | null
  readonly sharedWh: number | null
  readonly co2G: number | null
  readonly peakWp: number | null
  /** Quarters of an hour that are covered. */
  readonly covered: number
}

export interface HubDay {
  readonly day: string
  readonly quarters: number
  readonly covered: number
}

export interface HubAlert {
  readonly codice: string
  readonly casa: string | null
  readonly aperto: number
  readonly chiuso: number | null
}
