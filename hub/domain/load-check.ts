import { closestWord } from './did-you-mean.ts'
import type { House } from './house.ts'
import { DEFAULT_CONNECTION_LIMIT, idProblem } from './house.ts'
import type { Load } from './load.ts'
import { LOAD_KINDS, minutesBefore, REST_STATES, windowMinutes } from './load.ts'
import type { FieldError } from './result.ts'

/** A lease lasts 30 s at least; a program's one at most 4 h. */
export const MIN_CONTACT_S = 30
export const MAX_PROGRAM_S = 4 * 3600
const MAX_RATED_W = 50_000
const DAY_S = 86_400

/**
 * Everything that is wrong with a load, each as a sentence of what would be right; [] when it may be kept.
 * `others` are the loads its house has besides.
 */
export function loadProblems(
  load: Load,
  house: Pick<House, 'peakPower' | 'connectionLimit'>,
  others: readonly Load[],
): readonly FieldError[] {
  return [...fieldProblems(load), ...senseProblems(load, house), ...chainProblems(load, others)]
}

type Field = keyof Load

function fieldProblems(load: Load): FieldError[] {
  const problems: FieldError[] = []
  const say = (campo: string, valore: unknown, atteso: string) => problems.push({ campo, valore, atteso })
  const whole = (field: Field, from: number, to: number, unit: string) => {
    const value = load[field]
    if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return
    say(field, value, `a whole number from ${from} to ${to}${unit}`)
  }
  const wrongId = idProblem(load.id)
  if (wrongId) say('id', load.id, wrongId)
  if (!LOAD_KINDS.includes(load.kind)) {
    const meant = closestWord(String(load.kind), LOAD_KINDS)
    say('kind', load.kind, `one of ${LOAD_KINDS.join(', ')}${meant ? ` (did you mean "${meant}"?)` : ''}`)
  }
  if (!REST_STATES.includes(load.rest)) say('rest', load.rest, `one of ${REST_STATES.join(', ')}`)
  whole('ratedW', 1, MAX_RATED_W, ' W')
  whole('priority', 1, 99, ', 1 being served first')
  whole('minOnS', 0, 4 * 3600, ' s')
  whole('minOffS', 0, 4 * 3600, ' s')
  whole('maxOnS', 60, DAY_S, ' s')
  whole('maxHeldOffS', 0, DAY_S, ' s')
  whole('startsPerDay', 1, 144, ' starts a day')
  whole('sustainS', 30, 3600, ' s')
  if (load.thresholdW !== null) whole('thresholdW', 0, MAX_RATED_W, ' W')
  if (load.dailyMaxS !== null) whole('dailyMaxS', 60, DAY_S, ' s')
  if (load.neighbourWh !== null) whole('neighbourWh', 0, 100_000, ' Wh a day')
  if (load.thermostatC !== null) whole('thermostatC', 5, 95, ' degrees C')
  const { dailyNeed, window, program } = load
  const within = (value: number, from: number, to: number) => Number.isInteger(value) && value >= from && value <= to
  if (dailyNeed && !within(dailyNeed.runS, 60, DAY_S)) {
    say('dailyNeed.runS', dailyNeed.runS, `a whole number from 60 to ${DAY_S} s`)
  }
  if (dailyNeed && !within(dailyNeed.byMin, 1, 1440)) {
    say('dailyNeed.byMin', dailyNeed.byMin, 'a time of the day, at the latest 24:00')
  }
  for (const [field, span] of [['window', window] as const, ['timer', load.timer] as const]) {
    for (const end of span ? (['fromMin', 'toMin'] as const) : []) {
      if (span && !within(span[end], 0, 1440)) say(`${field}.${end}`, span[end], 'a time of the day, 00:00 to 24:00')
    }
  }
  if (program && !within(program.runS, 60, MAX_PROGRAM_S)) {
    say('program.runS', program.runS, `a whole number from 60 to ${MAX_PROGRAM_S} s: a node keeps no lease longer`)
  }
  if (program && program.contactS !== null && !within(program.contactS, MIN_CONTACT_S, 600)) {
    say('program.contactS', program.contactS, `a whole number from ${MIN_CONTACT_S} to 600 s, or none`)
  }
  if (program && !within(program.everyDays, 1, 60)) {
    say('program.everyDays', program.everyDays, 'a whole number from 1 to 60 days')
  }
  return problems
}

function senseProblems(load: Load, house: Pick<House, 'peakPower' | 'connectionLimit'>): FieldError[] {
  const problems: FieldError[] = []
  const say = (campo: string, valore: unknown, atteso: string) => problems.push({ campo, valore, atteso })
  const { dailyNeed, dailyMaxS, window, program, minOnS, ratedW, thresholdW } = load
  const limit = house.connectionLimit ?? DEFAULT_CONNECTION_LIMIT
  if (ratedW > limit) say('ratedW', ratedW, `at most ${limit} W: the connection of the house carries no more`)
  if (thresholdW !== null && house.peakPower > 0 && thresholdW > house.peakPower) {
    say('thresholdW', thresholdW, `at most ${house.peakPower} W: a surplus above the roof's peak never comes`)
  }
  if (dailyMaxS !== null && minOnS > dailyMaxS) {
    say('minOnS', minOnS, `at most the daily maximum of ${dailyMaxS} s, which one start would exceed`)
  }
  if (dailyNeed && dailyMaxS !== null && dailyNeed.runS > dailyMaxS) {
    say('dailyNeed.runS', dailyNeed.runS, `at most the daily maximum of ${dailyMaxS} s`)
  }
  if (minOnS > load.maxOnS) say('minOnS', minOnS, `at most the ${load.maxOnS} s after which the node switches it off`)
  if (dailyNeed) {
    const openS = minutesBefore(window, dailyNeed.byMin) * 60
    if (openS === 0) {
      say('dailyNeed.byMin', dailyNeed.byMin, 'a deadline inside the window, or after it')
    } else if (dailyNeed.runS > openS) {
      say('dailyNeed.runS', dailyNeed.runS, `at most the ${openS} s in which it may run before its deadline`)
    }
    if (dailyNeed.runS > load.startsPerDay * load.maxOnS) {
      const most = load.startsPerDay * load.maxOnS
      say('dailyNeed.runS', dailyNeed.runS, `at most ${most} s: ${load.startsPerDay} starts of ${load.maxOnS} s`)
    }
  }
  if (window && windowMinutes(window) * 60 < minOnS) {
    say('window', window, `open for at least the ${minOnS} s that one start takes`)
  }
  if (load.timer && load.timer.fromMin === load.timer.toMin) {
    say('timer.fromMin', load.timer.fromMin, 'hours that begin and end at different times')
  }
  if (program) {
    if (window && program.runS > windowMinutes(window) * 60) {
      say('program.runS', program.runS, 'at most as long as the window: a program is never interrupted')
    }
    if (program.runS > load.maxOnS && program.contactS === null) {
      say('program.runS', program.runS, `at most the ${load.maxOnS} s after which the node switches it off`)
    }
    if (dailyNeed) say('dailyNeed', dailyNeed, 'none: a load with a program runs its program')
    if (load.rest === 'on') say('rest', load.rest, 'off: a program is started, not released')
  }
  if (load.legionella && load.rest === 'off' && load.dailyNeed === null) {
    say('dailyNeed', null, 'a daily minimum: drinking water that only the surplus heats breeds Legionella')
  }
  if (load.thermostatC !== null && !load.thermostat) {
    say('thermostatC', load.thermostatC, 'none, as the load has no thermostat of its own')
  }
  if (load.legionella && load.thermostatC !== null && load.thermostatC < 60) {
    say('thermostatC', load.thermostatC, 'at least 60 degrees C for drinking water (with a mixing valve at the tap)')
  }
  return problems
}

function chainProblems(load: Load, others: readonly Load[]): FieldError[] {
  if (others.some((other) => other.id === load.id)) {
    return [{ campo: 'id', valore: load.id, atteso: 'an id no other load of the house has' }]
  }
  if (load.needs === null) return []
  const known = new Map(others.map((other) => [other.id, other]))
  if (load.needs === load.id || !known.has(load.needs)) {
    const names = [...known.keys()].join(', ') || 'none, as it has no other'
    return [{ campo: 'needs', valore: load.needs, atteso: `another load of the house: ${names}` }]
  }
  for (let at: string | null = load.needs, steps = 0; at !== null && steps <= known.size; steps += 1) {
    at = known.get(at)?.needs ?? null
    if (at === load.id) {
      return [{ campo: 'needs', valore: load.needs, atteso: `a load that does not itself wait for "${load.id}"` }]
    }
  }
  return []
}
