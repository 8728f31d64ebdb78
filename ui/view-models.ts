import type { AlertCode } from '../hub/domain/alert.ts'
import type { CommunityBalance } from '../hub/domain/balance.ts'
import type { PlantState } from '../hub/domain/plant-state.ts'
import type { Flow } from '../hub/domain/sharing.ts'
import type { Quality } from '../hub/domain/slot.ts'
import type { ControlForm } from './models/control.ts'
import type { DayForecastView } from './models/forecast.ts'
import type { HealthCardModel, PlaneRow, SensorRow } from './models/health.ts'
import type { LoadView } from './models/load-view.ts'
import type { WeatherForm } from './models/weather.ts'

/** What a page is given to draw: decided, filtered for the viewer, and free of HTML. Powers in W, energies in Wh, instants in epoch ms. */

export const LANGUAGES = ['it', 'en'] as const
export type Language = (typeof LANGUAGES)[number]
export const THEMES = ['auto', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]
export const ROLES = ['resident', 'technician', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Who reads, and how. */
export interface Reader {
  readonly language: Language
  readonly theme: Theme
  /** Stronger borders and text, beside what the system asks for. */
  readonly contrast: boolean
  readonly user: { readonly name: string; readonly role: Role; readonly house: string | null } | null
  /** Path and query of the page, for links that come back to it. */
  readonly path: string
  readonly community: string
  /** IANA zone of the community: every civil time is shown in it. */
  readonly zone: string
  /** The hub's clock, and whether it is the demo's. */
  readonly now: number
  readonly demo: boolean
  /** Open alerts the reader may see, for the badge. */
  readonly openAlerts: number
  /** Why the hub is degraded (codes), empty when it is well. */
  readonly degraded: readonly string[]
  /** The first start is not finished: an admin is reminded. */
  readonly setupDone: boolean
}

/** Which civil day a page shows; `next` is null on today. */
export interface DayChoice {
  readonly day: string
  readonly isToday: boolean
  readonly previous: string
  readonly next: string | null
  readonly from: number
  readonly to: number
}

/** One slot of a day's curve as mean powers; null where nothing is known. */
export interface CurvePoint {
  readonly start: number
  readonly productionW: number | null
  readonly consumptionW: number | null
  readonly quality: Quality
}

export interface DayTotals {
  readonly producedWh: number | null
  readonly consumedWh: number | null
  readonly importedWh: number | null
  readonly exportedWh: number | null
  /** Shared inside the community, hourly minimum of injected and withdrawn; for a house, its part of it (given or taken). */
  readonly sharedWh: number | null
  readonly selfSufficiencyRate: number | null
  readonly selfConsumptionRate: number | null
  readonly quality: Quality
  /** Covered share of the day so far, 0..1. */
  readonly coverage: number
}

export interface AlertView {
  readonly id: number
  readonly house: string
  readonly code: AlertCode
  readonly openedAt: number
  readonly closedAt: number | null
  readonly detail: { readonly [key: string]: number | string }
  readonly seen: { readonly by: string; readonly at: number } | null
}

/** A row of the benchmark; `name` is `altri` for merged houses. */
export interface YieldRow {
  readonly name: string
  readonly own: boolean
  readonly houses: number
  readonly peakPower: number
  /** W per Wp now, or kWh per kWp of the day on a past day; null without data. */
  readonly value: number | null
  /** value / community mean. */
  readonly ratio: number | null
  readonly state: PlantState
}

export interface BenchmarkView {
  readonly unit: 'W/Wp' | 'kWh/kWp'
  readonly mean: number | null
  readonly threshold: number
  /** Fewer plants than needed for a verdict. */
  readonly conclusive: boolean
  readonly dark: boolean
  readonly plants: number
  readonly rows: readonly YieldRow[]
}

export interface HousePage {
  readonly house: { readonly id: string; readonly name: string; readonly peakPower: number }
  /** Houses a technician or admin may choose from; empty for a resident. */
  readonly choices: readonly string[]
  readonly day: DayChoice
  readonly now: {
    readonly productionW: number | null
    readonly consumptionW: number | null
    /** Power given to (> 0) neighbours, and taken from them, now. */
    readonly toCommunityW: number
    readonly fromCommunityW: number
    readonly toGridW: number
    readonly fromGridW: number
    /** Instant of the newest value; null when never. */
    readonly at: number | null
    readonly fresh: boolean
    readonly state: PlantState
  }
  readonly totals: DayTotals
  readonly curve: readonly CurvePoint[]
  /** What is forecast of the shown day; null where nothing is. */
  readonly forecast?: DayForecastView | null
  readonly loads: readonly LoadView[]
  readonly alerts: readonly AlertView[]
  readonly benchmark: Pick<BenchmarkView, 'unit' | 'mean' | 'threshold' | 'conclusive' | 'dark' | 'plants'> & {
    readonly own: number | null
    /** Below the threshold it is called wrong: by the simple rule of the mean. The robust one judges by the days. */
    readonly judged: boolean
  }
}

export interface CommunityPage {
  readonly day: DayChoice
  /** Live powers as the reader may see them; null on a past day. */
  readonly live: CommunityBalance | null
  readonly ownHouse: string | null
  /** Energy of the day between houses and grid (Wh), as the reader may see it. */
  readonly dayFlows: readonly Flow[]
  readonly totals: DayTotals
  readonly curve: readonly CurvePoint[]
  readonly benchmark: BenchmarkView
  readonly health: HealthCardModel
  readonly alerts: readonly AlertView[]
  readonly houses: number
}

/** A node on the technician's page. */
export interface NodeRow {
  readonly house: string
  readonly name: string
  readonly online: boolean
  readonly heardAt: number | null
  readonly fw: string | null
  readonly boot: number | null
  readonly uptimeS: number | null
  readonly state: PlantState
  readonly refusals: readonly RefusalRow[]
}

export interface RefusalRow {
  readonly reason: string
  readonly count: number
  readonly lastAt: number
  readonly campo: string
  readonly valore: string
  readonly atteso: string
}

/** Somebody the broker did not let in, or a client that broke a rule. */
export interface StrangerRow {
  readonly who: string
  readonly address: string
  readonly why: string
  readonly count: number
  readonly lastAt: number
}

export interface PlantPage {
  readonly nodes: readonly NodeRow[]
  readonly sensors: readonly SensorRow[]
  readonly planes: readonly PlaneRow[]
  readonly strangers: readonly StrangerRow[]
  /** Clients are null where the broker is somebody else's. */
  readonly broker: { readonly port: number; readonly clients: number | null; readonly externalUrl: string | null }
  readonly certificate: { readonly fingerprint: string; readonly validTo: number; readonly own: boolean } | null
  readonly store: { readonly readings: number; readonly bytes: number; readonly commitMs: number | null }
}

export interface SignInPage {
  /** Path to go to afterwards. */
  readonly back: string
  readonly name: string
  readonly problem: 'sbagliato' | 'troppi' | null
  /** Seconds until the next attempt is allowed, for `troppi`. */
  readonly retryS: number
}

export const FIRST_START_PROBLEMS = ['codice', 'nome', 'password', 'password2'] as const
export type FirstStartProblem = (typeof FIRST_START_PROBLEMS)[number]

export interface FirstStartPage {
  readonly name: string
  /** Least length of a password. */
  readonly minLength: number
  /** The fields that were wrong; each problem is named after its field. */
  readonly problems: readonly FirstStartProblem[]
}

/** The fields of the settings form, by their names in it; values are as typed. */
export const SETTINGS_FIELDS = ['nome', 'fuso', 'latitudine', 'longitudine', 'soglia', 'minimo', 'avviso'] as const
export type SettingsField = (typeof SETTINGS_FIELDS)[number]
export const SETTINGS_ERRORS = ['vuoto', 'lungo', 'fuso', 'numero', 'intervallo', 'coppia', 'regola'] as const
export type SettingsError = (typeof SETTINGS_ERRORS)[number]

export interface SettingsPage {
  /** `soglia` in percent. */
  readonly values: { readonly [F in SettingsField]: string }
  readonly errors: { readonly [F in SettingsField]?: SettingsError }
  readonly saved: boolean
  readonly weather?: WeatherForm
  readonly control?: ControlForm
}

/** What went wrong, as the HTTP status; `noHouse` = nothing to show yet. */
export const MESSAGES = [400, 403, 404, 429, 500, 503, 'noHouse'] as const
export type MessageCode = (typeof MESSAGES)[number]

export const LOG_LEVELS_SHOWN = ['debug', 'info', 'warn', 'error'] as const
export type LogLevelShown = (typeof LOG_LEVELS_SHOWN)[number]

export interface LogEntry {
  readonly at: number
  readonly level: LogLevelShown
  readonly text: string
  /** The other fields of the line as JSON, or empty. */
  readonly detail: string
}

export interface LogPage {
  readonly level: LogLevelShown
  readonly search: string
  readonly total: number
  readonly entries: readonly LogEntry[]
}
