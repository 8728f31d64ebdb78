import type { FieldError } from './result.ts'

/**
 * What would be right, by code: the words that cross the boundary; pages have their own in the reader's language. A value whose
 * name ends in S is in seconds.
 */
export const PROBLEMS = {
  id: '{text}',
  idTaken: 'an id no other load of the house has',
  kind: 'one of {choices}{text}',
  choice: 'one of {choices}',
  whole: 'a whole number from {from} to {to}{text}',
  span: 'a whole number from {fromS} to {toS} s{text}',
  number: 'a whole number',
  duration: 'a duration such as 90s, 15m, 2h or 1h30m',
  time: 'a time of the day such as 22:00',
  hours: 'two times of the day such as 09:00-17:00',
  yesNo: 'yes or no',
  name: 'a name of 1 to {to} characters',
  needFirst: 'a daily need as well',
  byTime: 'a time of the day, at the latest 24:00',
  dayTime: 'a time of the day, 00:00 to 24:00',
  connection: 'at most {limitW} W: the connection of the house carries no more',
  peak: "at most {peakW} W: a surplus above the roof's peak never comes",
  minOnDailyMax: 'at most the daily maximum of {limitS} s, which one start would exceed',
  dailyMax: 'at most the daily maximum of {limitS} s',
  nodeOff: 'at most the {limitS} s after which the node switches it off',
  deadline: 'a deadline inside the window, or after it',
  openTime: 'at most the {limitS} s in which it may run before its deadline',
  starts: 'at most {limitS} s: {starts} starts of {eachS} s',
  windowShort: 'open for at least the {limitS} s that one start takes',
  emptyHours: 'hours that begin and end at different times',
  programWindow: 'at most as long as the window: a program is never interrupted',
  programNeed: 'none: a load with a program runs its program',
  programRest: 'off: a program is started, not released',
  waterNeed: 'a daily minimum: drinking water that only the surplus heats breeds Legionella',
  noThermostat: 'none, as the load has no thermostat of its own',
  waterHot: 'at least 60 degrees C for drinking water (with a mixing valve at the tap)',
  otherLoad: 'another load of the house: {choices}',
  noOther: 'another load of the house: none, as it has no other',
  leaseS: 'a length of time from {fromS} to {toS} s: a shorter lease could lapse between two decisions',
  reserve: 'at most {peakW} W: no roof of the community makes more than twice that',
  feeder: 'at least {limitW} W, or empty: below that no load could use a neighbour’s surplus',
  chain: 'a load that does not itself wait for "{id}"',
} as const
export type ProblemCode = keyof typeof PROBLEMS

export type ProblemValues = { readonly [name in ValueName]?: string | number }
type ValueName =
  | 'choices'
  | 'eachS'
  | 'from'
  | 'fromS'
  | 'id'
  | 'limitS'
  | 'limitW'
  | 'peakW'
  | 'starts'
  | 'text'
  | 'to'
  | 'toS'

/** A wrong field by a code and its values, so that it can be told in any language. */
export interface Problem extends FieldError {
  readonly code: ProblemCode
  readonly values: ProblemValues
}

export function problemOf(campo: string, valore: unknown, code: ProblemCode, values: ProblemValues = {}): Problem {
  const atteso = PROBLEMS[code].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name as ValueName] ?? ''))
  return { campo, valore, atteso, code, values }
}
