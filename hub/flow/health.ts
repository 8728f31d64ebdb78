/** Reasons why the hub is not well, as codes. Empty = well. */
export class Health {
  readonly #reasons = new Map<string, string>()
  readonly #listeners: { readonly reason: HealthReason; readonly listener: () => void }[] = []

  get degraded(): readonly string[] {
    return [...this.#reasons.keys()]
  }

  get details(): readonly { readonly reason: string; readonly detail: string }[] {
    return [...this.#reasons].map(([reason, detail]) => ({ reason, detail }))
  }

  /** Sets or clears a reason; true when that changed anything. */
  set(reason: HealthReason, detail: string | null): boolean {
    if (detail === null) {
      const wasSet = this.#reasons.delete(reason)
      if (wasSet) for (const each of this.#listeners) if (each.reason === reason) each.listener()
      return wasSet
    }
    const isNew = !this.#reasons.has(reason)
    this.#reasons.set(reason, detail)
    return isNew
  }

  /** Calls `listener` each time that a reason is over. */
  onOver(reason: HealthReason, listener: () => void): void {
    this.#listeners.push({ reason, listener })
  }
}

/**
 * `storage`: readings cannot be stored; `control`: the tick runs on from memory; `registry`: changes are not seen; `housekeeping`: nothing is rolled up or retired;
 * `backup`: the scheduled backups fail; `recovering`: readings of a damaged file are being brought back; `clock`: nobody knows what time it is;
 * `diagnosis`: plants are not judged; `cleaning`: nobody looks for dirt; `broker`: somebody else's broker, which the hub is to use, is not reached. */
export const HEALTH_REASONS = [
  'storage',
  'control',
  'registry',
  'housekeeping',
  'backup',
  'recovering',
  'clock',
  'broker',
  'diagnosis',
  'cleaning',
] as const
export type HealthReason = (typeof HEALTH_REASONS)[number]
