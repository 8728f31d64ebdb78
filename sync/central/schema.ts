import type { Generated } from 'kysely'

/** central.db, or the same in PostgreSQL. `start`, `*_s` in Unix seconds; other instants epoch ms; energies Wh. */
export interface CentralSchema {
  hub: {
    id: string
    name: string
    zone: string
    latitude: number | null
    longitude: number | null
    program: string
    created_at: number
    /** SHA-256 of the code that enrols it, while there is one. */
    code_hash: string | null
    code_until: number | null
    revoked_at: number | null
    /** Of its last request with a good token, and of its last batch that was committed. */
    seen_at: number | null
    committed_at: number | null
    /** Its clock minus the central's at the last batch, s; the way of the batch included. */
    skew_s: number | null
    /** The last refusal: what it was, and when. */
    problem: string | null
    problem_at: number | null
  }
  hub_token: { token_hash: string; hub: string; created_at: number; used_at: number | null }
  aggregate: {
    hub: string
    kind: string
    start: number
    subject: string
    version: number
    /** Of the content, to tell another one under the same version. */
    digest: string
    produced_wh: number | null
    consumed_wh: number | null
    imported_wh: number | null
    exported_wh: number | null
    shared_wh: number | null
    peak_wp: number | null
    coverage: number | null
    houses: number | null
    g_kwh: number | null
    /** What is not energy, JSON. */
    data: string | null
    received_at: number
  }
  /** The quarters of a hub's civil day added up, in the transaction that changes them. */
  hub_day: {
    hub: string
    day: string
    produced_wh: number | null
    consumed_wh: number | null
    imported_wh: number | null
    exported_wh: number | null
    shared_wh: number | null
    peak_wp: number | null
    co2_g: number | null
    /** Quarters there are, and the sum of their coverage. */
    quarters: number
    covered: number
  }
  /** Times in which a hub was not heard. */
  hub_silence: { hub: string; heard_at: number; opened_at: number; closed_at: Generated<number | null>; cause: string }
  person: { name: string; role: string; password_hash: string; created_at: number }
  person_session: { id_hash: string; person: string; expires_at: number }
  audit: { id: string; at: number; who: string; what: string; detail: string }
}

export const AGGREGATE_COLUMNS = [
  'kind',
  'start',
  'subject',
  'version',
  'digest',
  'produced_wh',
  'consumed_wh',
  'imported_wh',
  'exported_wh',
  'shared_wh',
  'peak_wp',
  'coverage',
  'houses',
  'g_kwh',
  'data',
] as const satisfies readonly (keyof CentralSchema['aggregate'])[]
