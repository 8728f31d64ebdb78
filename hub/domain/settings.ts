import type { SharingRule } from './allocation.ts'
import { DEFAULT_SHARING } from './allocation.ts'
import type { BenchmarkRule } from './benchmark.ts'
import { DEFAULT_RULE } from './benchmark.ts'
import type { CleaningSettings } from './cleaning-settings.ts'
import { DEFAULT_CLEANING } from './cleaning-settings.ts'
import type { EmissionFactor } from './co2.ts'
import type { ControlSettings } from './control-image.ts'
import { DEFAULT_CONTROL } from './control-image.ts'
import { DEFAULT_TTL_S } from './relay.ts'
import type { Retention } from './retention.ts'
import { DEFAULT_RETENTION } from './retention.ts'
import type { Tariff } from './tariff.ts'

/** Where weather comes from. Nothing is asked for until an admin has agreed: a rounded position leaves the house with every question. */
export interface WeatherSettings {
  /** When it was agreed (epoch ms), and by whom; null = not, or no longer. */
  readonly agreed: { readonly at: number; readonly by: string } | null
  readonly forecastUrl: string
  readonly satelliteUrl: string
  /** For those who have one; without, the service is for use that is not commercial. Never shown back. */
  readonly apiKey: string | null
}

export const DEFAULT_WEATHER: WeatherSettings = {
  agreed: null,
  forecastUrl: 'https://api.open-meteo.com/v1/forecast',
  satelliteUrl: 'https://satellite-api.open-meteo.com/v1/archive',
  apiKey: null,
}

/** Ways out for messages about alerts; each is off while it is null. What is secret is never shown back. */
export interface NotifySettings {
  /** Where e-mails are handed in. `security`: from the first byte, by STARTTLS, or none, for a server in one's own network. */
  readonly mail: {
    readonly host: string
    readonly port: number
    readonly security: MailSecurity
    readonly user: string | null
    readonly password: string | null
    readonly from: string
  } | null
  /** An ntfy server; everybody names a topic of their own on it. */
  readonly ntfy: { readonly url: string; readonly token: string | null } | null
  /** Every message is posted there as JSON, signed with the secret (HMAC-SHA-256). */
  readonly webhook: { readonly url: string; readonly secret: string } | null
  /** Every message is published on the hub's broker. */
  readonly mqtt: boolean
  /** Houses and loads are announced to Home Assistant on the hub's own broker. */
  readonly homeAssistant: boolean
}

export const MAIL_SECURITIES = ['tls', 'starttls', 'nessuna'] as const
export type MailSecurity = (typeof MAIL_SECURITIES)[number]

export const DEFAULT_NOTIFY: NotifySettings = {
  mail: null,
  ntfy: null,
  webhook: null,
  mqtt: false,
  homeAssistant: false,
}

/** What may be told to a central; null = nothing. Each a dated act of an admin. */
export interface SyncSettings {
  readonly agreed: { readonly at: number; readonly by: string } | null
  /** That single houses are told of, day by day. */
  readonly houses: { readonly at: number; readonly by: string } | null
  readonly paused: boolean
}

export const DEFAULT_SYNC: SyncSettings = { agreed: null, houses: null, paused: false }

/** What the community decides about itself; kept in the database, edited by the admin. */
export interface Settings {
  /** The first start was gone through to its end, or left for good. */
  readonly setupDone: boolean
  readonly communityName: string
  /** IANA time zone of the community: its days, and every time a person reads. */
  readonly zone: string
  /** Position in degrees, or null when not given. */
  readonly place: { readonly latitude: number; readonly longitude: number } | null
  readonly benchmark: BenchmarkRule
  readonly retention: Retention
  readonly weather: WeatherSettings
  readonly notify: NotifySettings
  readonly sync: SyncSettings
  readonly control: ControlSettings
  /** Each from its first day on; empty = what is assumed. */
  readonly tariffs: readonly Tariff[]
  readonly factors: readonly EmissionFactor[]
  readonly sharing: SharingRule
  readonly cleaning: CleaningSettings
  /** Length of a lease, s; 30 to 600. */
  readonly leaseS: number
}

export const DEFAULT_SETTINGS: Settings = {
  setupDone: false,
  communityName: 'Solar Family',
  zone: 'Europe/Rome',
  place: null,
  benchmark: DEFAULT_RULE,
  retention: DEFAULT_RETENTION,
  weather: DEFAULT_WEATHER,
  notify: DEFAULT_NOTIFY,
  sync: DEFAULT_SYNC,
  control: DEFAULT_CONTROL,
  tariffs: [],
  factors: [],
  sharing: DEFAULT_SHARING,
  cleaning: DEFAULT_CLEANING,
  leaseS: DEFAULT_TTL_S,
}
