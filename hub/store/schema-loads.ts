import type { Generated } from 'kysely'

/** What control.db holds of relay loads. Instants are epoch ms unless the name says otherwise. */
export interface LoadSchema {
  /** `settings`: a Load without its house and id, JSON. */
  load: { house: string; id: string; settings: string; created_at: number; removed_at: number | null }
  /** What the node declares: a LoadDeclaration, JSON. */
  load_declaration: { house: string; load: string; declaration: string; at: number }
  load_override: {
    house: string
    load: string
    is_on: number
    /** On the clock that goes on over restarts, ms. */
    until: number
    until_at: number
    set_at: number
    who: string
  }
  /** Houses whose loads were armed before their first week was over. */
  armed: { house: string; at: number }
  /** `why`: what was looked at, the alternative and the timer, JSON. */
  decision: {
    id: Generated<number>
    house: string
    load: string
    at: number
    is_on: number
    act: string
    rule: string
    why: string
  }
  /** What relays really did; `is_on` null = nothing was heard of the load from here on. */
  switching: {
    id: Generated<number>
    house: string
    load: string
    at: number
    is_on: number | null
    origin: string
    rule: string | null
  }
  /** What a civil day's switching changed, or in shadow would have. */
  saving: { house: string; load: string; day: string; shadow: number; amounts: string }
}
