import type { ControlSettings } from './control-image.ts'
import { durationText, parseDuration } from './load-text.ts'
import type { Problem } from './problem.ts'
import { problemOf } from './problem.ts'
import type { Result } from './result.ts'
import { fail, ok } from './result.ts'
import type { Settings } from './settings.ts'

/** How loads are switched, as people type it, by the name of its form field. */
export const CONTROL_FIELDS = ['assestamento', 'distacco', 'riserva', 'cabina', 'conguaglio', 'comando'] as const
export type ControlField = (typeof CONTROL_FIELDS)[number]
export type ControlText = { readonly [F in ControlField]: string }

export function controlText({ control, leaseS }: Pick<Settings, 'control' | 'leaseS'>): ControlText {
  return {
    assestamento: durationText(control.settleS),
    distacco: durationText(control.shedS),
    riserva: String(control.reserveW),
    cabina: control.feederW === null ? '' : String(control.feederW),
    conguaglio: control.hourlyNetting ? 'si' : 'no',
    comando: durationText(leaseS),
  }
}

/** What a street is like, where settings could make no sense of it: W. */
export interface Street {
  /** Of its largest roof; 0 = it has none. */
  readonly highestPeakW: number
  /** The smallest load that may use a neighbour's surplus; null = none may. */
  readonly smallestNeighbourW: number | null
}

/** A lease outlives three of the slowest ticks. */
const LEAST_LEASE_S = 90
const MOST_LEASE_S = 600

/** Settings as typed, if they make sense for the street; else everything that does not. */
export function readControlText(
  typed: ControlText,
  { highestPeakW, smallestNeighbourW }: Street,
): Result<{ readonly control: ControlSettings; readonly leaseS: number }, readonly Problem[]> {
  const problems: Problem[] = []
  const say = (field: ControlField, ...what: [Problem['code'], Problem['values']?]) => {
    problems.push(problemOf(field, typed[field], ...what))
    return 0
  }
  const span = (field: ControlField, fromS: number, toS: number, code: 'span' | 'leaseS' = 'span') => {
    const s = parseDuration(typed[field])
    if (s === null) return say(field, 'duration')
    return s < fromS || s > toS ? say(field, code, { fromS, toS }) : s
  }
  const whole = (field: ControlField, from: number, to: number) => {
    const value = /^\d{1,7}$/.test(typed[field]) ? Number(typed[field]) : null
    return value === null || value < from || value > to ? say(field, 'whole', { from, to, text: ' W' }) : value
  }
  const control: ControlSettings = {
    settleS: span('assestamento', 30, 600),
    shedS: span('distacco', 30, 1800),
    reserveW: whole('riserva', 0, 5000),
    feederW: typed.cabina === '' ? null : whole('cabina', 1, 1_000_000),
    hourlyNetting: typed.conguaglio === 'si',
  }
  const leaseS = span('comando', LEAST_LEASE_S, MOST_LEASE_S, 'leaseS')
  if (typed.conguaglio !== 'si' && typed.conguaglio !== 'no') say('conguaglio', 'choice', { choices: 'si, no' })
  if (highestPeakW > 0 && control.reserveW > highestPeakW / 2)
    say('riserva', 'reserve', { peakW: Math.floor(highestPeakW / 2) })
  if (problems.length === 0 && control.feederW !== null && control.feederW < (smallestNeighbourW ?? 0))
    say('cabina', 'feeder', { limitW: smallestNeighbourW ?? 0 })
  return problems.length > 0 ? fail(problems) : ok({ control, leaseS })
}
