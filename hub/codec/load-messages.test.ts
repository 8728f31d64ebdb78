import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeJson } from './fields.ts'
import {
  CLEANING_EXAMPLE,
  commandBody,
  decodeCleaningState,
  decodeCommandResult,
  decodeLoadConfig,
  decodeLoadState,
  LOAD_CONFIG_EXAMPLE,
  LOAD_STATE_EXAMPLE,
  RESULT_EXAMPLE,
} from './load-messages.ts'

const STATE = JSON.parse(LOAD_STATE_EXAMPLE) as object
const CONFIG = JSON.parse(LOAD_CONFIG_EXAMPLE) as object
const DECODERS = { decodeLoadState, decodeLoadConfig, decodeCommandResult, decodeCleaningState }

describe('what nodes say of their loads', () => {
  it('the state of a load', () => {
    expect(decodeLoadState({ ...STATE, potenza_w: 1980.4, temperatura_c: 58 })).toEqual({
      ok: true,
      value: { on: true, origin: 'comando', lease: 'k3-7', remainingS: 170, lockS: 0, powerW: 1980, temperatureC: 58 },
    })
  })

  it('the bare state, and a clamp that reads a little below zero', () => {
    const value = {
      on: false,
      origin: 'riposo',
      lease: null,
      remainingS: null,
      lockS: 0,
      powerW: null,
      temperatureC: null,
    }
    expect(decodeLoadState({ acceso: false, origine: 'riposo', altro: [1] })).toEqual({ ok: true, value })
    expect(decodeLoadState({ acceso: false, origine: 'riposo', id: '', potenza_w: -3 })).toEqual({
      ok: true,
      value: { ...value, powerW: 0 },
    })
  })

  it('the declaration of a load', () => {
    expect(decodeLoadConfig(CONFIG)).toEqual({
      ok: true,
      value: { output: 1, restOn: false, minOnS: 900, minOffS: 300, maxOnS: 14_400, startsPerHour: 6 },
    })
  })

  it('the answer to a command', () => {
    expect(decodeCommandResult({ id: 'a-1', ok: true })).toEqual({ ok: true, value: { id: 'a-1', ok: true } })
    expect(decodeCommandResult({ id: 'a-1', ok: false, errore: 'min_off', riprova_s: 120 })).toEqual({
      ok: true,
      value: { id: 'a-1', ok: false, error: 'min_off', retryS: 120 },
    })
  })

  it('the state of a cleaning', () => {
    expect(decodeCleaningState(JSON.parse(CLEANING_EXAMPLE))).toEqual({
      ok: true,
      value: { active: true, remainingS: 40, cause: 'comando' },
    })
  })
})

describe('what is not right is refused with the field', () => {
  it.each([
    ['decodeLoadState', {}, 'acceso'],
    ['decodeLoadState', { ...STATE, acceso: 1 }, 'acceso'],
    ['decodeLoadState', { ...STATE, origine: 'COMANDO' }, 'origine'],
    ['decodeLoadState', { ...STATE, origine: { toString: 'comando' } }, 'origine'],
    ['decodeLoadState', { ...STATE, id: 7 }, 'id'],
    ['decodeLoadState', { ...STATE, id: '<b>' }, 'id'],
    ['decodeLoadState', { ...STATE, id: 'x'.repeat(33) }, 'id'],
    ['decodeLoadState', { ...STATE, residuo_s: -1 }, 'residuo_s'],
    ['decodeLoadState', { ...STATE, blocco_s: 1e9 }, 'blocco_s'],
    ['decodeLoadState', { ...STATE, potenza_w: '1980' }, 'potenza_w'],
    ['decodeLoadState', { ...STATE, potenza_w: 1e7 }, 'potenza_w'],
    ['decodeLoadState', { ...STATE, temperatura_c: 1000 }, 'temperatura_c'],
    ['decodeLoadConfig', { ...CONFIG, riposo: 'boh' }, 'riposo'],
    ['decodeLoadConfig', { ...CONFIG, uscita: undefined }, 'uscita'],
    ['decodeLoadConfig', { ...CONFIG, min_on_s: 1.5 }, 'min_on_s'],
    ['decodeLoadConfig', { ...CONFIG, min_off_s: -1 }, 'min_off_s'],
    ['decodeLoadConfig', { ...CONFIG, max_on_s: null }, 'max_on_s'],
    ['decodeLoadConfig', { ...CONFIG, avvii_ora: '6' }, 'avvii_ora'],
    ['decodeCommandResult', { ok: true }, 'id'],
    ['decodeCommandResult', { id: 'a', ok: 'true' }, 'ok'],
    ['decodeCommandResult', { id: 'a', ok: false }, 'errore'],
    ['decodeCommandResult', { id: 'a', ok: false, errore: 'boh' }, 'errore'],
    ['decodeCommandResult', { id: 'a', ok: false, errore: '__proto__' }, 'errore'],
    ['decodeCommandResult', { id: 'a', ok: false, errore: 'boot', riprova_s: -1 }, 'riprova_s'],
    ['decodeCleaningState', { attiva: 'si' }, 'attiva'],
    ['decodeCleaningState', { attiva: true, causa: 'x'.repeat(65) }, 'causa'],
    ['decodeCleaningState', { attiva: true, residuo_s: {} }, 'residuo_s'],
  ] as const)('%s %j: %s', (decoder, input, campo) => {
    const result = DECODERS[decoder](input)
    expect(result.ok).toBe(false)
    expect(!result.ok && result.error).toMatchObject({ reason: 'formato', campo })
  })

  it('whatever comes, a decoder answers and keeps little of it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(...Object.values(DECODERS)), (input, decode) => {
        const result = decode(input)
        if (!result.ok) expect(JSON.stringify(result.error).length).toBeLessThan(2000)
      }),
    )
    fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof decodeJson(bytes, RESULT_EXAMPLE).ok === 'boolean'))
  })
})

describe('a command on the wire', () => {
  const command = { id: 'k3-7', load: 'boiler', on: true, ttlS: 180, boot: 17, byUptimeS: 86_415 }
  it('is bound to the boot and the uptime of its node', () => {
    expect(commandBody(command)).toEqual({
      id: 'k3-7',
      carico: 'boiler',
      acceso: true,
      ttl_s: 180,
      boot: 17,
      entro_s: 86_415,
    })
  })
  it('carries neither for a node that does not tell its boot', () => {
    expect(commandBody({ ...command, boot: null, byUptimeS: null })).toEqual({
      id: 'k3-7',
      carico: 'boiler',
      acceso: true,
      ttl_s: 180,
    })
  })
})
