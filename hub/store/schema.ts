import type { Generated } from 'kysely'
import type { CleaningSchema } from './schema-cleaning.ts'
import type { LoadSchema } from './schema-loads.ts'
import type { NotifySchema } from './schema-notify.ts'

/** Instants are epoch ms, powers W, energies Wh, durations s unless the name says otherwise. */

/** control.db: what control needs. Small; copied after every change. */
export interface ControlSchema extends LoadSchema, CleaningSchema, NotifySchema {
  setting: { key: string; value: string; updated_at: number }
  house: {
    id: string
    name: string
    peak_w: number
    tilt: number | null
    azimuth: number | null
    connection_w: number | null
    shown: number
    battery: number
    /** SHA-256 of the node key, hex; the key itself is random and never stored. */
    key_hash: string
    created_at: number
    removed_at: number | null
  }
  user: {
    name: string
    role: string
    house: string | null
    password_hash: string
    created_at: number
  }
  session: { id_hash: string; user: string; created_at: number; expires_at: number }
  /** SHA-256 of a code that signs one device in, once. */
  pairing: { code_hash: string; user: string; expires_at: number }
  token: {
    id: Generated<number>
    token_hash: string
    role: string
    house: string | null
    created_at: number
    revoked_at: number | null
  }
  alert: {
    id: Generated<number>
    house: string
    code: string
    opened_at: number
    closed_at: number | null
    detail: string
    /** When somebody said to have seen it, and who. */
    seen_at: number | null
    seen_by: string | null
  }
  /** `at` and `elapsed` are the wall's and the monotonic clock when this was saved. */
  cycle: { id: number; state: string; at: number; elapsed: number; past: string | null }
  effect: { id: Generated<number>; at: number; effect: string; performed_at: number | null }
  audit: { id: Generated<number>; at: number; who: string; what: string; detail: string }
}

interface SlotSums {
  produced_wh: number
  consumed_wh: number
  imported_wh: number
  exported_wh: number
  production_measured_s: number
  production_estimated_s: number
  consumption_measured_s: number
  consumption_estimated_s: number
  exchange_measured_s: number
  exchange_estimated_s: number
}

/** readings.db: what was measured. Losing it never costs control. */
export interface ReadingsSchema {
  reading: {
    id: Generated<number>
    at: number
    house: string
    /** Index into SERIES. */
    series: number
    production_w: number
    consumption_w: number | null
    boot: number | null
    seq: number | null
    produced_wh: number | null
    consumed_wh: number | null
    imported_wh: number | null
    exported_wh: number | null
    /** Dated while the hub's clock was in doubt: not in any slot yet. Null = its time is sure. */
    clock_doubt: number | null
  }
  /** Stretches of time in which the hub's clock was in doubt: see DoubtfulTime. */
  clock_doubt: { id: number; machine_run: string; offset: number }
  /** Houses measured up to `until` before the clock was set back: what is measured anew up to then is integrated beside it. */
  ahead: { house: string; until: number }
  /** Slots that readings of a house fell into; `balance` = 1 where one told its consumption. */
  heard: { house: string; start: number; balance: number }
  /** Which messages are stored: see SeqRanges. `last_id` = the newest reading among them. */
  seq_range: { house: string; boot: number; first: number; last: number; last_id: number }
  interval: { house: string; at: number; duration_ms: number; produced_wh: number | null; consumed_wh: number | null }
  slot: { start: number; house: string } & SlotSums
  /** The slots of an hour added up; `final` = 1 when they are retired and nothing but the hour is left. */
  hour: { house: string; start: number; final: number } & SlotSums
  /** All houses of an hour added up, import and export being the neighbourhood's; null where no house has an exchange. */
  community_hour: { start: number; shared_wh: number | null } & SlotSums
  /** Hours whose slots have changed since they were rolled up, or never were. */
  unrolled: { start: number }
  /** Id of the last reading that had arrived at a time. */
  arrival: { at: number; last_id: number }
  /** Emission factor of the grid in single hours, g CO2e/kWh. */
  emission: { start: number; g_per_kwh: number }
  /** Where the integration of a house stands: see codec of series-state.ts. */
  series: { house: string; state: string }
  node: { house: string; online: number; at: number; fw: string | null; boot: number | null; uptime_s: number | null }
  /** What a roof made, and clean panels would have made of the light a satellite saw; `day` of the sun's grid. */
  soiling_day: { day: number; house: string; made_wh: number; expected_wh: number; clear: number }
  /** What was learned of a plant, and how it does: a PlantRecord, JSON. */
  plant_record: { house: string; record: string }
  refusal: {
    house: string
    reason: string
    count: number
    last_at: number
    campo: string
    valore: string
    atteso: string
  }
  weather: {
    start: number
    /** Position it is of, as sent: "45.07,7.69". */
    place: string
    /** 1 = measured by a satellite, 0 = forecast. */
    satellite: number
    fetched_at: number
    ghi: number
    dni: number | null
    dhi: number | null
    air_c: number | null
    wind_ms: number | null
    precipitation_mm: number | null
    snow_m: number | null
  }
  forecast_model: { house: string; learned_to: number; state: string }
  /** House '' is the community; `kept` = 1 for the forecast a day was scored by. */
  forecast: {
    at: number
    house: string
    source: string
    weather_at: number | null
    kept: number
    hours: string
    days: string
  }
  /** A day's forecast of the evening before, and what came; `issued_at` null = worked out afterwards from what was known before it. */
  forecast_day: {
    start: number
    house: string
    day: string
    issued_at: number | null
    source: string
    p10_wh: number
    p50_wh: number
    p90_wh: number
    fact_wh: number
    hours_inside: number
    hours: number
  }
  /** What a central is told, and how far it knows. `start` in Unix seconds. */
  outbox: {
    kind: string
    start: number
    subject: string
    version: number
    body: string
    sent_version: number
    held_until: number
    changed_at: number
  }
  sync_batch: {
    id: Generated<number>
    lot: string
    at: number
    rows: number
    houses: number
    body: string
    answered_at: number | null
    answer: string | null
  }
  sync_state: { key: string; value: string }
  /** Tilt and azimuth found from a roof's own clear days. */
  plane: { house: string; at: number; place: string; fit: string | null }
}

/** Columns of `slot`, `hour` and `community_hour` beside their keys, in the order of SLOT_FIELDS. */
export const SLOT_COLUMNS = [
  'produced_wh',
  'consumed_wh',
  'imported_wh',
  'exported_wh',
  'production_measured_s',
  'production_estimated_s',
  'consumption_measured_s',
  'consumption_estimated_s',
  'exchange_measured_s',
  'exchange_estimated_s',
] as const satisfies readonly (keyof SlotSums)[]

/** Every house that has hours, found without reading them: for `with recursive`. */
export const STREET = `street(house) as (
  select min(house) from hour union all
  select (select min(h.house) from hour h where h.house > street.house) from street where street.house is not null
)`
