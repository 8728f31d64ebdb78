import type { CleaningMessage } from '../domain/cleaning-run.ts'
import type { Refusal } from '../domain/reading.ts'
import type { CleaningReport, CommandResult, LoadDeclaration, RelayReport } from '../domain/relay.ts'
import { COMMAND_ERRORS, MAX_PROGRAM_S, ORIGINS } from '../domain/relay.ts'
import type { Result } from '../domain/result.ts'
import { ok } from '../domain/result.ts'
import type { Fields } from './fields.ts'
import { asObject, isAbsent, isNumber, malformed } from './fields.ts'

export const LOAD_STATE_EXAMPLE = '{"acceso":true,"origine":"comando","id":"k3-7","residuo_s":170,"blocco_s":0}'
export const LOAD_CONFIG_EXAMPLE =
  '{"uscita":1,"riposo":"spento","min_on_s":900,"min_off_s":300,"max_on_s":14400,"avvii_ora":6}'
export const RESULT_EXAMPLE = '{"id":"k3-7","ok":true}'
export const CLEANING_EXAMPLE = '{"attiva":true,"residuo_s":40,"causa":"comando"}'

const MAX_DAYS_S = 7 * 86_400
const MAX_DRAW_W = 100_000

/** A command's id: short enough for a node's fixed buffers, and nothing that means something elsewhere. */
export const COMMAND_ID = /^[A-Za-z0-9_-]{1,32}$/

/** `carico/<load>/stato`. */
export function decodeLoadState(input: unknown): Result<RelayReport, Refusal> {
  const object = asObject(input, LOAD_STATE_EXAMPLE)
  if (!object.ok) return object
  const f = object.value
  if (typeof f['acceso'] !== 'boolean') return malformed('acceso', f['acceso'], 'true or false')
  const origin = ORIGINS.find((o) => o === f['origine'])
  if (!origin) return malformed('origine', f['origine'], `one of ${ORIGINS.join(', ')}`)
  const id = f['id']
  if (!isAbsent(id) && !(typeof id === 'string' && (id === '' || COMMAND_ID.test(id))))
    return malformed('id', id, 'the id of a command, 1 to 32 letters, digits, "_" or "-", or nothing')
  const wrong =
    outside(f, 'residuo_s', 0, MAX_DAYS_S) ??
    outside(f, 'blocco_s', 0, MAX_DAYS_S) ??
    outside(f, 'potenza_w', -MAX_DRAW_W, MAX_DRAW_W) ??
    outside(f, 'temperatura_c', -60, 150)
  if (wrong) return wrong
  const powerW = numberOf(f, 'potenza_w')
  return ok({
    on: f['acceso'],
    origin,
    lease: typeof id === 'string' && id !== '' ? id : null,
    remainingS: numberOf(f, 'residuo_s'),
    lockS: numberOf(f, 'blocco_s') ?? 0,
    powerW: powerW === null ? null : Math.max(0, Math.round(powerW)),
    temperatureC: numberOf(f, 'temperatura_c'),
  })
}

/** `carico/<load>/config`: every field is needed, as it says what a relay may do. */
export function decodeLoadConfig(input: unknown): Result<LoadDeclaration, Refusal> {
  const object = asObject(input, LOAD_CONFIG_EXAMPLE)
  if (!object.ok) return object
  const f = object.value
  const rest = f['riposo']
  if (rest !== 'spento' && rest !== 'acceso') return malformed('riposo', rest, 'spento or acceso')
  for (const [name, from, to] of [
    ['uscita', 0, 64],
    ['min_on_s', 0, 86_400],
    ['min_off_s', 0, 86_400],
    ['max_on_s', 0, MAX_DAYS_S],
    ['avvii_ora', 0, 3600],
  ] as const) {
    const value = f[name]
    if (!(isNumber(value) && Number.isInteger(value) && value >= from && value <= to))
      return malformed(name, value, `a whole number from ${from} to ${to}`)
  }
  return ok({
    output: Number(f['uscita']),
    restOn: rest === 'acceso',
    minOnS: Number(f['min_on_s']),
    minOffS: Number(f['min_off_s']),
    maxOnS: Number(f['max_on_s']),
    startsPerHour: Number(f['avvii_ora']),
  })
}

/** `comando/esito`. */
export function decodeCommandResult(input: unknown): Result<CommandResult, Refusal> {
  const object = asObject(input, RESULT_EXAMPLE)
  if (!object.ok) return object
  const f = object.value
  const id = f['id']
  if (!(typeof id === 'string' && COMMAND_ID.test(id))) return malformed('id', id, 'the id of the command')
  if (typeof f['ok'] !== 'boolean') return malformed('ok', f['ok'], 'true or false')
  if (f['ok']) return ok({ id, ok: true })
  const error = COMMAND_ERRORS.find((e) => e === f['errore'])
  if (!error) return malformed('errore', f['errore'], `one of ${COMMAND_ERRORS.join(', ')}`)
  const wrong = outside(f, 'riprova_s', 0, MAX_DAYS_S)
  return wrong ?? ok({ id, ok: false, error, retryS: numberOf(f, 'riprova_s') })
}

/** `pulizia/stato`. */
export function decodeCleaningState(input: unknown): Result<CleaningReport, Refusal> {
  const object = asObject(input, CLEANING_EXAMPLE)
  if (!object.ok) return object
  const f = object.value
  if (typeof f['attiva'] !== 'boolean') return malformed('attiva', f['attiva'], 'true or false')
  const cause = f['causa']
  if (!isAbsent(cause) && !(typeof cause === 'string' && cause.length <= 64))
    return malformed('causa', cause, 'a text of at most 64 characters')
  const wrong = outside(f, 'residuo_s', 0, MAX_PROGRAM_S)
  return (
    wrong ??
    ok({
      active: f['attiva'],
      remainingS: numberOf(f, 'residuo_s') ?? 0,
      cause: typeof cause === 'string' ? cause : '',
    })
  )
}

/** A command as it travels. `boot` and `byUptimeS` are left out where the node does not report its boot. */
export interface WireCommand {
  readonly id: string
  readonly load: string
  readonly on: boolean
  readonly ttlS: number
  readonly boot: number | null
  readonly byUptimeS: number | null
}

export function commandBody(command: WireCommand) {
  const { id, load, on, ttlS, boot, byUptimeS } = command
  const bound = boot === null || byUptimeS === null ? {} : { boot, entro_s: byUptimeS }
  return { id, carico: load, acceso: on, ttl_s: ttlS, ...bound }
}

/** A message of cleaning as it travels: one bounded run, or its end. */
export function cleaningBody(message: CleaningMessage) {
  if (message.kind === 'stop') return { id: message.id, azione: 'ferma_pulizia' }
  const { id, ttlS, boot, byUptimeS } = message
  const bound = boot === null || byUptimeS === null ? {} : { boot, entro_s: byUptimeS }
  return { id, azione: 'pulizia', ttl_s: ttlS, ...bound }
}

function outside(fields: Fields, name: string, from: number, to: number): Result<never, Refusal> | null {
  const value = fields[name]
  if (isAbsent(value) || (isNumber(value) && value >= from && value <= to)) return null
  return malformed(name, value, `a number from ${from} to ${to}`)
}

function numberOf(fields: Fields, name: string): number | null {
  const value = fields[name]
  return typeof value === 'number' ? value : null
}
