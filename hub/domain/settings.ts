import type { BenchmarkRule } from './benchmark.ts'
import { DEFAULT_RULE } from './benchmark.ts'

/** What the community decides about itself; kept in the database, edited by the admin. */
export interface Settings {
  readonly communityName: string
  /** IANA time zone of the community: its days, and every time a person reads. */
  readonly zone: string
  /** Position in degrees, or null when not given. */
  readonly place: { readonly latitude: number; readonly longitude: number } | null
  readonly benchmark: BenchmarkRule
}

export const DEFAULT_SETTINGS: Settings = {
  communityName: 'Solar Family',
  zone: 'Europe/Rome',
  place: null,
  benchmark: DEFAULT_RULE,
}
