/** What a node says of itself over its USB port. */
export interface NodeIdentity {
  readonly firmware: string
  readonly board: string
  /** The house it is set up for, or empty. */
  readonly house: string
  readonly mac: string
  readonly boot: number
  readonly uptimeS: number
  /** Why it last began, in its own word. */
  readonly reset: string
  readonly watchdogResets: number
  /** Bytes. */
  readonly freeRam: number
  readonly configured: boolean
  /** Settings were changed and not saved. */
  readonly unsaved: boolean
}

export interface NodeMeasures {
  /** W; null where the channel is not fitted or faulty. */
  readonly productionW: number | null
  readonly consumptionW: number | null
  /** RMS of both channels, mA. */
  readonly milliamps: readonly [number | null, number | null]
  readonly faults: readonly string[]
  readonly temperatureC: number | null
  readonly supplyMv: number | null
  readonly mqtt: string | null
  readonly link: boolean | null
}

/** One window of a channel, in counts of its converter (1023 = reference). */
export interface AdcStatistics {
  readonly channel: number
  readonly samples: number
  readonly mean: number
  readonly rms: number
  readonly min: number
  readonly max: number
  /** Samples at either end of the range. */
  readonly clipped: number
  /** Conversions missed since the start. */
  readonly lost: number
  readonly windowMs: number
}

export const VERDICTS = ['pass', 'warn', 'fail', 'skip'] as const
export type Verdict = (typeof VERDICTS)[number]

/** One line of a self-test. */
export interface NodeCheck {
  readonly name: string
  readonly verdict: Verdict
  readonly value: string
  readonly expected: string
}

export interface NodeNetwork {
  readonly link: boolean
  readonly dhcp: boolean
  readonly address: string
  readonly mask: string
  readonly gateway: string
  readonly hub: string
  readonly port: number
  readonly mqtt: string
  readonly lastError: string
  readonly attempts: number
  readonly queued: number
}

export interface NodeCounters {
  readonly producedWh: number
  readonly consumedWh: number
  readonly importedWh: number
  readonly exportedWh: number
  readonly boot: number
  /** Times the counters were written to the EEPROM. */
  readonly writes: number
}

export interface NodeEvent {
  readonly boot: number
  readonly uptimeS: number
  readonly event: string
  readonly value: number
}

export interface NodeRelay {
  readonly output: number
  readonly load: string
  readonly restsOn: boolean
  readonly on: boolean | null
  readonly origin: string
  readonly remainingS: number
  /** How long its limits forbid a change, s. */
  readonly lockedS: number
}

/** The worst of a self-test; `skip` when nothing was looked at. */
export function worstOf(checks: readonly NodeCheck[]): Verdict {
  const order: readonly Verdict[] = ['skip', 'pass', 'warn', 'fail']
  return checks.reduce<Verdict>(
    (worst, { verdict }) => (order.indexOf(verdict) > order.indexOf(worst) ? verdict : worst),
    'skip',
  )
}
