import { closestWord } from './did-you-mean.ts'
import type { House } from './house.ts'
import { DEFAULT_CONNECTION_LIMIT, idProblem } from './house.ts'
import type { Load } from './load.ts'
import { LOAD_KINDS, minutesBefore, REST_STATES, windowMinutes } from './load.ts'
import type { Problem, ProblemCode } from './problem.ts'
import { problemOf } from './problem.ts'

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
): readonly Problem[] {
  return [...fieldProblems(load), ...senseProblems(load, house), ...chainProblems(load, others)]
}

type Field = keyof Load

function fieldProblems(load: Load): Problem[] {
  const problems: Problem[] = []
  const say = (campo: string, valore: unknown, code: ProblemCode, values: Problem['values'] = {}) =>
    problems.push(problemOf(campo, valore, code, values))
  const whole = (field: Field, from: number, to: number, text: string) => {
    const value = load[field]
    if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return
    if (text === ' s') say(field, value, 'span', { fromS: from, toS: to })
    else say(field, value, 'whole', { from, to, text })
  }
  const wrongId = idProblem(load.id)
  if (wrongId) say('id', load.id, 'id', { text: wrongId })
  if (!LOAD_KINDS.includes(load.kind)) {
    const meant = closestWord(String(load.kind), LOAD_KINDS)
    say('kind', load.kind, 'kind', { choices: LOAD_KINDS.join(', '), text: meant ? ` (did you mean "${meant}"?)` : '' })
  }
  if (!REST_STATES.includes(load.rest)) say('rest', load.rest, 'choice', { choices: REST_STATES.join(', ') })
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
    say('dailyNeed.runS', dailyNeed.runS, 'span', { fromS: 60, toS: DAY_S })
  }
  if (dailyNeed && !within(dailyNeed.byMin, 1, 1440)) {
    say('dailyNeed.byMin', dailyNeed.byMin, 'byTime')
  }
  for (const [field, span] of [['window', window] as const, ['timer', load.timer] as const]) {
    for (const end of span ? (['fromMin', 'toMin'] as const) : []) {
      if (span && !within(span[end], 0, 1440)) say(`${field}.${end}`, span[end], 'dayTime')
    }
  }
  if (program && !within(program.runS, 60, MAX_PROGRAM_S)) {
    say('program.runS', program.runS, 'span', { fromS: 60, toS: MAX_PROGRAM_S, text: ': a node keeps no lease longer' })
  }
  if (program && program.contactS !== null && !within(program.contactS, MIN_CONTACT_S, 600)) {
    say('program.contactS', program.contactS, 'span', { fromS: MIN_CONTACT_S, toS: 600, text: ', or none' })
  }
  if (program && !within(program.everyDays, 1, 60)) {
    say('program.everyDays', program.everyDays, 'whole', { from: 1, to: 60, text: ' days' })
  }
  return problems
}

function senseProblems(load: Load, house: Pick<House, 'peakPower' | 'connectionLimit'>): Problem[] {
  const problems: Problem[] = []
  const say = (campo: string, valore: unknown, code: ProblemCode, values: Problem['values'] = {}) =>
    problems.push(problemOf(campo, valore, code, values))
  const { dailyNeed, dailyMaxS, window, program, minOnS, ratedW, thresholdW } = load
  const limit = house.connectionLimit ?? DEFAULT_CONNECTION_LIMIT
  if (ratedW > limit) say('ratedW', ratedW, 'connection', { limitW: limit })
  if (thresholdW !== null && house.peakPower > 0 && thresholdW > house.peakPower) {
    say('thresholdW', thresholdW, 'peak', { peakW: house.peakPower })
  }
  if (dailyMaxS !== null && minOnS > dailyMaxS) {
    say('minOnS', minOnS, 'minOnDailyMax', { limitS: dailyMaxS })
  }
  if (dailyNeed && dailyMaxS !== null && dailyNeed.runS > dailyMaxS) {
    say('dailyNeed.runS', dailyNeed.runS, 'dailyMax', { limitS: dailyMaxS })
  }
  if (minOnS > load.maxOnS) say('minOnS', minOnS, 'nodeOff', { limitS: load.maxOnS })
  if (dailyNeed) {
    const openS = minutesBefore(window, dailyNeed.byMin) * 60
    if (openS === 0) {
      say('dailyNeed.byMin', dailyNeed.byMin, 'deadline')
    } else if (dailyNeed.runS > openS) {
      say('dailyNeed.runS', dailyNeed.runS, 'openTime', { limitS: openS })
    }
    if (dailyNeed.runS > load.startsPerDay * load.maxOnS) {
      const most = load.startsPerDay * load.maxOnS
      say('dailyNeed.runS', dailyNeed.runS, 'starts', { limitS: most, starts: load.startsPerDay, eachS: load.maxOnS })
    }
  }
  if (window && windowMinutes(window) * 60 < minOnS) {
    say('window', window, 'windowShort', { limitS: minOnS })
  }
  if (load.timer && load.timer.fromMin === load.timer.toMin) {
    say('timer.fromMin', load.timer.fromMin, 'emptyHours')
  }
  if (program) {
    if (window && program.runS > windowMinutes(window) * 60) {
      say('program.runS', program.runS, 'programWindow')
    }
    if (program.runS > load.maxOnS && program.contactS === null) {
      say('program.runS', program.runS, 'nodeOff', { limitS: load.maxOnS })
    }
    if (dailyNeed) say('dailyNeed', dailyNeed, 'programNeed')
    if (load.rest === 'on') say('rest', load.rest, 'programRest')
  }
  if (load.legionella && load.rest === 'off' && load.dailyNeed === null) {
    say('dailyNeed', null, 'waterNeed')
  }
  if (load.thermostatC !== null && !load.thermostat) {
    say('thermostatC', load.thermostatC, 'noThermostat')
  }
  if (load.legionella && load.thermostatC !== null && load.thermostatC < 60) {
    say('thermostatC', load.thermostatC, 'waterHot')
  }
  return problems
}

function chainProblems(load: Load, others: readonly Load[]): Problem[] {
  if (others.some((other) => other.id === load.id)) {
    return [problemOf('id', load.id, 'idTaken')]
  }
  if (load.needs === null) return []
  const known = new Map(others.map((other) => [other.id, other]))
  if (load.needs === load.id || !known.has(load.needs)) {
    const choices = [...known.keys()].join(', ')
    return [problemOf('needs', load.needs, choices === '' ? 'noOther' : 'otherLoad', { choices })]
  }
  for (let at: string | null = load.needs, steps = 0; at !== null && steps <= known.size; steps += 1) {
    at = known.get(at)?.needs ?? null
    if (at === load.id) {
      return [problemOf('needs', load.needs, 'chain', { id: load.id })]
    }
  }
  return []
}
