import type { DailyNeed, DayWindow, Load, Program } from './load.ts'
import { LOAD_KINDS, REST_STATES } from './load.ts'
import type { Problem, ProblemCode } from './problem.ts'
import { problemOf } from './problem.ts'
import type { Result } from './result.ts'
import { fail, ok } from './result.ts'

/** The settings of a load as people type them, by the name of their option and form field. */
export const LOAD_FIELDS = [
  'name',
  'kind',
  'power',
  'priority',
  'rest',
  'min-on',
  'min-off',
  'max-on',
  'max-held-off',
  'starts',
  'need',
  'by',
  'daily-max',
  'window',
  'timer',
  'program',
  'contact',
  'every',
  'thermostat',
  'thermostat-c',
  'probe',
  'legionella',
  'needs',
  'threshold',
  'sustain',
  'neighbours',
] as const
export type LoadField = (typeof LOAD_FIELDS)[number]
export type LoadText = { readonly [F in LoadField]: string }

/** Which field holds a property of a load. */
const FIELD_OF: Readonly<Record<string, LoadField>> = {
  ratedW: 'power',
  minOnS: 'min-on',
  minOffS: 'min-off',
  maxOnS: 'max-on',
  maxHeldOffS: 'max-held-off',
  startsPerDay: 'starts',
  dailyNeed: 'need',
  'dailyNeed.runS': 'need',
  'dailyNeed.byMin': 'by',
  dailyMaxS: 'daily-max',
  'window.fromMin': 'window',
  'window.toMin': 'window',
  'timer.fromMin': 'timer',
  'timer.toMin': 'timer',
  'program.runS': 'program',
  'program.contactS': 'contact',
  'program.everyDays': 'every',
  thermostatC: 'thermostat-c',
  thresholdW: 'threshold',
  sustainS: 'sustain',
  neighbourWh: 'neighbours',
}

/** The field in which a property of a load is typed; null where it has none. */
export function fieldOf(property: string): LoadField | null {
  return FIELD_OF[property] ?? LOAD_FIELDS.find((field) => field === property) ?? null
}

/** "90s", "15m", "2h", "1h30m", or seconds as a plain number; null when it is none of them. */
export function parseDuration(text: string): number | null {
  if (/^\d{1,7}$/.test(text)) return Number(text)
  const parts = /^(?:(\d{1,3}(?:[.,]\d{1,2})?)h)?(?:(\d{1,4})(?:m|min))?(?:(\d{1,6})s)?$/.exec(text.replaceAll(' ', ''))
  if (!parts || text.trim() === '') return null
  const [, h = '0', m = '0', s = '0'] = parts
  return Math.round(Number(h.replace(',', '.')) * 3600) + Number(m) * 60 + Number(s)
}

/** Worked values: 5400 -> "1h30m", 90 -> "1m30s", 0 -> "0s". */
export function durationText(seconds: number): string {
  const h = Math.floor(seconds / 3600)
  const m = Math.floor((seconds % 3600) / 60)
  const s = seconds % 60
  return `${h > 0 ? `${h}h` : ''}${m > 0 ? `${m}m` : ''}${s > 0 || seconds === 0 ? `${s}s` : ''}`
}

/** "22:00" as minutes after midnight; "24:00" is the end of the day. */
export function parseTimeOfDay(text: string): number | null {
  const [, h, m] = /^(\d{1,2}):(\d{2})$/.exec(text.trim()) ?? []
  if (h === undefined || m === undefined) return null
  const minutes = Number(h) * 60 + Number(m)
  return Number(m) < 60 && minutes <= 1440 ? minutes : null
}

export function timeOfDayText(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

/** A load as its fields would be typed; what it does not have is empty. */
export function loadText(load: Load): LoadText {
  const { dailyNeed, program } = load
  const yes = (value: boolean) => (value ? 'yes' : 'no')
  const number = (value: number | null | undefined) => (value === null || value === undefined ? '' : String(value))
  const hours = (span: DayWindow | null) => (span ? `${timeOfDayText(span.fromMin)}-${timeOfDayText(span.toMin)}` : '')
  const duration = (value: number | null | undefined) =>
    value === null || value === undefined ? '' : durationText(value)
  return {
    name: load.name,
    kind: load.kind,
    power: String(load.ratedW),
    priority: String(load.priority),
    rest: load.rest,
    'min-on': durationText(load.minOnS),
    'min-off': durationText(load.minOffS),
    'max-on': durationText(load.maxOnS),
    'max-held-off': durationText(load.maxHeldOffS),
    starts: String(load.startsPerDay),
    need: duration(dailyNeed?.runS),
    by: dailyNeed ? timeOfDayText(dailyNeed.byMin) : '',
    'daily-max': duration(load.dailyMaxS),
    window: hours(load.window),
    timer: hours(load.timer),
    program: duration(program?.runS),
    contact: duration(program?.contactS),
    every: number(program?.everyDays),
    thermostat: yes(load.thermostat),
    'thermostat-c': number(load.thermostatC),
    probe: yes(load.probe),
    legionella: yes(load.legionella),
    needs: load.needs ?? '',
    threshold: number(load.thresholdW),
    sustain: durationText(load.sustainS),
    neighbours: number(load.neighbourWh),
  }
}

const MAX_NAME = 80

/**
 * A load with what was typed; what was not typed stays. An empty text takes away what need not be there. Only the form of the
 * texts is checked here: sense is `loadProblems`'s.
 */
export function applyLoadText(base: Load, given: Partial<LoadText>): Result<Load, readonly Problem[]> {
  const problems: Problem[] = []
  const typed: Record<string, string> = { ...loadText(base) }
  for (const [field, text] of Object.entries(given)) if (text !== undefined) typed[field] = text.trim()
  const text = (field: LoadField) => typed[field] ?? ''
  const say = (field: LoadField, code: ProblemCode, values: Problem['values'] = {}) => {
    problems.push(problemOf(field, text(field), code, values))
    return 0
  }
  const number = (field: LoadField) => (/^\d{1,7}$/.test(text(field)) ? Number(text(field)) : say(field, 'number'))
  const duration = (field: LoadField) => parseDuration(text(field)) ?? say(field, 'duration')
  const time = (field: LoadField) => parseTimeOfDay(text(field)) ?? say(field, 'time')
  const optional = <T>(field: LoadField, read: (field: LoadField) => T) => (text(field) === '' ? null : read(field))
  const flag = (field: LoadField) => {
    if (text(field) !== 'yes' && text(field) !== 'no') say(field, 'yesNo')
    return text(field) === 'yes'
  }
  const oneOf = <T extends string>(field: LoadField, choices: readonly T[], otherwise: T): T => {
    const chosen = choices.find((c) => c === text(field))
    if (chosen === undefined) say(field, 'choice', { choices: choices.join(', ') })
    return chosen ?? otherwise
  }
  const window = (field: LoadField) => {
    const [from, to, more] = text(field)
      .split('-')
      .map((end) => parseTimeOfDay(end))
    if (from === null || from === undefined || to === null || to === undefined || more !== undefined) {
      say(field, 'hours')
      return null
    }
    return { fromMin: from, toMin: to }
  }
  const name = text('name')
  if (name === '' || [...name].length > MAX_NAME || /\p{Cc}/u.test(name)) say('name', 'name', { to: MAX_NAME })
  if (text('need') === '' && given.need === undefined && given.by) say('by', 'needFirst')
  const need: DailyNeed | null =
    text('need') === '' ? null : { runS: duration('need'), byMin: text('by') === '' ? 1440 : time('by') }
  const program: Program | null =
    text('program') === ''
      ? null
      : {
          runS: duration('program'),
          contactS: optional('contact', duration),
          everyDays: optional('every', number) ?? 3,
        }
  const load: Load = {
    ...base,
    name,
    kind: oneOf('kind', LOAD_KINDS, base.kind),
    ratedW: number('power'),
    priority: number('priority'),
    rest: oneOf('rest', REST_STATES, base.rest),
    minOnS: duration('min-on'),
    minOffS: duration('min-off'),
    maxOnS: duration('max-on'),
    maxHeldOffS: duration('max-held-off'),
    startsPerDay: number('starts'),
    dailyNeed: need,
    dailyMaxS: optional('daily-max', duration),
    window: optional('window', window),
    timer: optional('timer', window),
    program,
    thermostat: flag('thermostat'),
    thermostatC: optional('thermostat-c', number),
    probe: flag('probe'),
    legionella: flag('legionella'),
    needs: optional('needs', text),
    thresholdW: optional('threshold', number),
    sustainS: duration('sustain'),
    neighbourWh: optional('neighbours', number),
  }
  return problems.length > 0 ? fail(problems) : ok(load)
}
