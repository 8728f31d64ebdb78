import type { House } from '../domain/house.ts'
import type { Load, LoadKind } from '../domain/load.ts'
import { LOAD_KINDS } from '../domain/load.ts'
import { loadProblems } from '../domain/load-check.ts'
import type { LoadText } from '../domain/load-text.ts'
import { applyLoadText, fieldOf, LOAD_FIELDS, loadText } from '../domain/load-text.ts'
import type { FieldError } from '../domain/result.ts'
import type { Call, Options } from './command.ts'
import { wrongUsage } from './command.ts'

export const LOAD_OPTIONS: Options = {
  kind: { value: 'KIND', help: `what it is: ${LOAD_KINDS.join(', ')}; sets everything else to what suits it` },
  power: { value: 'W', help: 'its rated power in W' },
  name: { value: 'NAME', help: 'what people call it; its id if left out' },
  priority: { value: 'N', help: 'who is served first: 1 before 2, and so on' },
  rest: { value: 'off|on', help: 'the state its relay falls back to, as wired; on = it runs as if there were no hub' },
  'min-on': { value: 'TIME', help: 'once on, on for at least this long (90s, 15m, 2h)' },
  'min-off': { value: 'TIME', help: 'once off, off for at least this long' },
  'max-on': { value: 'TIME', help: 'switched on at the wall, it ends after this long' },
  'max-held-off': { value: 'TIME', help: 'at rest on, it is kept off no longer than this' },
  starts: { value: 'N', help: 'starts a day at most' },
  need: { value: 'TIME', help: 'must run this long every day; "" = on surplus alone' },
  by: { value: 'HH:MM', help: 'the daily need is met by this time' },
  'daily-max': { value: 'TIME', help: 'runs no longer than this a day' },
  window: { value: 'FROM-TO', help: 'runs between these times only, such as 09:00-17:00' },
  timer: {
    value: 'FROM-TO',
    help: 'when it ran before there was a hub, such as 18:00-24:00: savings are reckoned against it; "" = as usual for its kind',
  },
  program: { value: 'TIME', help: 'once begun it runs this long without interruption' },
  contact: { value: 'TIME', help: 'the relay only gives the program’s start, closed for this long' },
  every: { value: 'DAYS', help: 'the program is due this many days after the last one' },
  thermostat: { value: 'yes|no', help: 'it has a thermostat of its own: on without drawing power is satisfied' },
  'thermostat-c': { value: 'DEGREES', help: 'what that thermostat is set to, as read at installation' },
  probe: { value: 'yes|no', help: 'the node measures its temperature' },
  legionella: { value: 'yes|no', help: 'it holds drinking water: 60 degrees for an hour every 7 days' },
  needs: { value: 'ID', help: 'another load of the house that must be running' },
  threshold: { value: 'W', help: 'surplus that starts it; "" = reckoned from its power' },
  sustain: { value: 'TIME', help: 'how long the surplus must last before it starts' },
  neighbours: {
    value: 'WH',
    help: 'Wh a day it may take of its neighbours’ surplus, with their and this house’s consent',
  },
}

/** What the options say about a load; what they leave out is not there. */
export function typedLoad(call: Call): Partial<LoadText> {
  const typed: { -readonly [F in keyof LoadText]?: string } = {}
  for (const field of LOAD_FIELDS) {
    const text = call.text(field)
    if (text !== undefined) typed[field] = text
  }
  return typed
}

export function kindOf(call: Call): LoadKind | undefined {
  return call.choice('kind', LOAD_KINDS)
}

/** The load as typed if it makes sense for its house, else a sentence about everything that does not. */
export function checkedLoad(base: Load, call: Call, house: House, others: readonly Load[]): Load {
  const read = applyLoadText(base, typedLoad(call))
  if (!read.ok) throw wrongUsage(sentences(read.error, base))
  const problems = loadProblems(read.value, house, others)
  if (problems.length > 0) throw wrongUsage(sentences(problems, read.value))
  return read.value
}

function sentences(problems: readonly FieldError[], load: Load): string {
  const typed = loadText(load)
  return problems
    .map(({ campo, valore, atteso }) => {
      const field = fieldOf(campo)
      const shown = field === null || typeof valore === 'string' ? valore : typed[field]
      return `${field === null ? campo : `--${field}`} "${String(shown)}" is not right: expected ${atteso}.`
    })
    .join('\n')
}

/** A load as the outside names its properties. */
export function loadJson(load: Load) {
  return { house: load.house, id: load.id, ...loadText(load) }
}
