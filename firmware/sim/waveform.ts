import { SplitMix } from './noise.ts'

/** What flows through a current transformer and what its input sees. */
export interface CtSignal {
  /** RMS of the 50 Hz fundamental, A. */
  amps: number
  /** Harmonics as order -> share of the fundamental. */
  harmonics: Readonly<Record<number, number>>
  frequencyHz: number
  /** Degrees by which the current lags behind the voltage. */
  lagDegrees: number
  /** Mean of the input, V. */
  bias: number
  /** White noise at the input, V rms. */
  noise: number
  /** Peak current the transformer can follow before it saturates, A. */
  saturation: number
  /** False = nothing in the socket: a resistor pulls the input to ground. */
  plugged: boolean
}

/** How a transformer is wired: volts at its burden per ampere through it. */
export interface CtWiring {
  readonly voltsPerAmp: number
}

export const QUIET: CtSignal = {
  amps: 0,
  harmonics: {},
  frequencyHz: 50,
  lagDegrees: 0,
  bias: 2.5,
  noise: 0,
  saturation: Number.POSITIVE_INFINITY,
  plugged: true,
}

/** The voltage at an input over time. `set` changes what flows, without a jump of phase. */
export class CtInput {
  readonly wiring: CtWiring
  readonly #noise: SplitMix
  #signal: CtSignal

  constructor(wiring: CtWiring, seed: number, signal: Partial<CtSignal> = {}) {
    this.wiring = wiring
    this.#noise = new SplitMix(seed)
    this.#signal = { ...QUIET, ...signal }
  }

  get signal(): Readonly<CtSignal> {
    return this.#signal
  }

  set(change: Partial<CtSignal>): void {
    this.#signal = { ...this.#signal, ...change }
  }

  /** Volts at a time in seconds. */
  volts(time: number): number {
    const { amps, harmonics, frequencyHz, lagDegrees, bias, noise, saturation, plugged } = this.#signal
    if (!plugged) return 0
    const phase = 2 * Math.PI * frequencyHz * time - (lagDegrees * Math.PI) / 180
    let shape = Math.sin(phase)
    for (const order in harmonics) shape += (harmonics[order] ?? 0) * Math.sin(Number(order) * phase)
    const current = Math.SQRT2 * amps * shape
    const followed = Math.max(-saturation, Math.min(saturation, current))
    return bias + followed * this.wiring.voltsPerAmp + (noise === 0 ? 0 : noise * this.#noise.gaussian())
  }
}
