import type { BenchmarkRule } from './benchmark.ts'
import { DEFAULT_RULE } from './benchmark.ts'
import type { Retention } from './retention.ts'
import { DEFAULT_RETENTION } from './retention.ts'

/** What the community decides about itself; kept in the database, edited by the admin. */
export interface Settings {
  readonly communityName: string
  /** IANA time zone of the community: its days, and every time a person reads. */
  readonly zone: string
  /** Position in degrees, or null when not given. */
  readonly place: { readonly latitude: number; readonly longitude: number } | null
  readonly benchmark: BenchmarkRule
  readonly retention: Retention
}

export const DEFAULT_SETTINGS: Settings = {
  communityName: 'Solar Family',
  zone: 'Europe/Rome',
  place: null,
  benchmark: DEFAULT_RULE,
  retention: DEFAULT_RETENTION,
}
