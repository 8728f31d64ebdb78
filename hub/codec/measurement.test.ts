import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SERIES } from '../domain/reading.ts'
import { decodeJson } from './fields.ts'
import { decodeMeasurement, decodeStatus, decodeTimestamp } from './measurement.ts'

const NOW = Date.UTC(2026, 5, 21, 12)
const BARE = { boot: null, seq: null, producedWh: null, consumedWh: null, importedWh: null, exportedWh: null }

describe('a measurement', () => {
  it.each([
    ['produzione', { potenza_w: 1500 }, { ...BARE, production: 1500, consumption: null, at: NOW }],
    ['bilancio', { produzione_w: 1500, consumo_w: 400 }, { ...BARE, production: 1500, consumption: 400, at: NOW }],
    ['rendimento', { rendimento: 0.5 }, { ...BARE, production: 0.5, consumption: null, at: NOW }],
    ['produzione', { potenza_w: -3.5, altro: [{}], consumo_w: 'x' }, { production: -3.5, consumption: null }],
    ['produzione', { potenza_w: 1, ts: '2026-06-21T11:59:00Z', eta_s: 5 }, { at: NOW - 60_000 }],
    ['produzione', { potenza_w: 1, ts: NOW / 1000 - 1 }, { at: NOW - 1000 }],
    ['produzione', { potenza_w: 1, eta_s: 2.5 }, { at: NOW - 2500 }],
    [
      'produzione',
      { potenza_w: 1, ts: null, eta_s: null, boot: null, energia_prodotta_wh: null },
      { ...BARE, at: NOW },
    ],
    [
      'produzione',
      { potenza_w: 1, boot: 17, seq: 0, uptime_s: 9, energia_prodotta_wh: 1.5 },
      { boot: 17, seq: 0, producedWh: 1.5 },
    ],
    [
      'bilancio',
      { produzione_w: 1, consumo_w: 2, energia_consumata_wh: 1, energia_prelevata_wh: 2, energia_immessa_wh: 3 },
      { consumedWh: 1, importedWh: 2, exportedWh: 3 },
    ],
  ] as const)('%s %j', (series, input, expected) => {
    const result = decodeMeasurement(series, input, NOW)
    expect(result.ok && result.value).toMatchObject({ series, ...expected })
  })

  it.each([
    ['produzione', {}, 'potenza_w', null],
    ['produzione', { potenza_w: '1500' }, 'potenza_w', '1500'],
    ['produzione', { potenza_w: null }, 'potenza_w', null],
    ['produzione', { potenza_w: true }, 'potenza_w', true],
    ['produzione', { produzione_w: 1500 }, 'potenza_w', null],
    ['bilancio', { produzione_w: 1 }, 'consumo_w', null],
    ['bilancio', { produzione_w: 1, consumo_w: 'x' }, 'consumo_w', 'x'],
    ['bilancio', { consumo_w: 1 }, 'produzione_w', null],
    ['rendimento', { rendimento: [0.5] }, 'rendimento', '[…]'],
    ['produzione', { potenza_w: 1, boot: 1.5 }, 'boot', 1.5],
    ['produzione', { potenza_w: 1, seq: -1 }, 'seq', -1],
    ['produzione', { potenza_w: 1, seq: 2 ** 53 }, 'seq', 2 ** 53],
    ['produzione', { potenza_w: 1, uptime_s: 'x' }, 'uptime_s', 'x'],
    ['produzione', { potenza_w: 1, energia_prodotta_wh: -1 }, 'energia_prodotta_wh', -1],
    ['produzione', { potenza_w: 1, energia_immessa_wh: 1e13 }, 'energia_immessa_wh', 1e13],
    ['produzione', { potenza_w: 1, eta_s: -1 }, 'eta_s', -1],
    ['produzione', { potenza_w: 1, eta_s: 1e300 }, 'eta_s', 1e300],
    ['produzione', { potenza_w: 1, eta_s: {} }, 'eta_s', '{…}'],
    ['produzione', { potenza_w: 1, ts: 'ieri' }, 'ts', 'ieri'],
    ['produzione', { potenza_w: 1, ts: false }, 'ts', false],
  ] as const)('%s %j is refused for %s', (series, input, campo, valore) => {
    const result = decodeMeasurement(series, input, NOW)
    expect(result).toMatchObject({ ok: false, error: { reason: 'formato', campo, valore } })
  })

  it.each([null, undefined, 7, 'x', [], [{ potenza_w: 1 }], true])('is not %j', (input) => {
    expect(decodeMeasurement('produzione', input, NOW)).toMatchObject({
      ok: false,
      error: { reason: 'formato', campo: '' },
    })
  })
})

describe('an instant', () => {
  it.each<[unknown, string | null]>([
    ['2026-06-21T12:00:00Z', '2026-06-21T12:00:00.000Z'],
    ['2026-06-21T12:00:00.5Z', '2026-06-21T12:00:00.500Z'],
    ['2026-06-21T14:00:00+02:00', '2026-06-21T12:00:00.000Z'],
    ['2026-06-21T12:00Z', '2026-06-21T12:00:00.000Z'],
    [1782043200, '2026-06-21T12:00:00.000Z'],
    [1782043200.25, '2026-06-21T12:00:00.250Z'],
    [1e11, '5138-11-16T09:46:40.000Z'],
    [0, '1970-01-01T00:00:00.000Z'],
    ['2026-06-21T12:00:00', null],
    ['2026-06-21', null],
    ['2026-13-21T12:00:00Z', null],
    ['2026-06-21T25:00:00Z', null],
    ['1782043200', null],
    ['', null],
    [Number.NaN, null],
    [-1e300, null],
    [{}, null],
  ])('%j is %s', (ts, expected) => {
    const result = decodeTimestamp(ts)
    expect(result.ok ? new Date(result.value).toISOString() : null).toBe(expected)
  })

  it.each([1782043200000, 1e11 + 1])('%d asks whether it is milliseconds', (ts) => {
    const result = decodeTimestamp(ts)
    expect(!result.ok && result.error.atteso).toContain('milliseconds?')
  })
})

describe('a status', () => {
  it.each([
    [
      { online: true, fw: '1.0.0', boot: 17, uptime_s: 3600.5 },
      { online: true, at: NOW, fw: '1.0.0', boot: 17, uptimeS: 3600.5 },
    ],
    [{ online: false }, { online: false, at: NOW, fw: null, boot: null, uptimeS: null }],
    [
      { online: true, fw: null, boot: null, uptime_s: null },
      { online: true, at: NOW, fw: null, boot: null, uptimeS: null },
    ],
  ])('%j', (input, expected) => {
    expect(decodeStatus(input, NOW)).toEqual({ ok: true, value: expected })
  })

  it.each([
    [{}, 'online'],
    [{ online: 'true' }, 'online'],
    [{ online: true, fw: 1 }, 'fw'],
    [{ online: true, fw: 'x'.repeat(65) }, 'fw'],
    [{ online: true, boot: 1.5 }, 'boot'],
    [{ online: true, boot: -1 }, 'boot'],
    [{ online: true, uptime_s: 'x' }, 'uptime_s'],
    [[], ''],
  ])('%j is refused for %j', (input, campo) => {
    expect(decodeStatus(input, NOW)).toMatchObject({ ok: false, error: { reason: 'formato', campo } })
  })
})

describe('bytes', () => {
  it.each(['', '{', 'null', '7', '[]', '"x"', '{"potenza_w":NaN}', '{"potenza_w":1}x'])('%j are no object', (text) => {
    expect(decodeJson(Buffer.from(text))).toMatchObject({ ok: false, error: { reason: 'formato', campo: '' } })
  })

  it('are read from a part of a buffer', () => {
    const whole = new Uint8Array(Buffer.from('xx{"potenza_w":1}xx'))
    expect(decodeJson(whole.subarray(2, -2))).toEqual({ ok: true, value: { potenza_w: 1 } })
  })

  it('never throw, and what is refused of them is small enough to send on', () => {
    const deep = (depth: number) => Buffer.from(`{"potenza_w":${'['.repeat(depth)}${']'.repeat(depth)}}`)
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)),
      fc.nat(30_000).map(deep),
      fc.string().map((ts) => Buffer.from(JSON.stringify({ potenza_w: 1, ts }))),
    )
    fc.assert(
      fc.property(bytes, (payload) => {
        const input = decodeJson(payload)
        for (const result of input.ok ? SERIES.map((series) => decodeMeasurement(series, input.value, NOW)) : [input]) {
          if (!result.ok) expect(JSON.stringify(structuredClone(result.error)).length).toBeLessThan(2000)
        }
      }),
    )
  })

  it('of any shape are decoded or refused, never thrown at', () => {
    const value = fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.constant(null), fc.constant({}), fc.constant([]))
    const fields = [
      'potenza_w',
      'produzione_w',
      'consumo_w',
      'rendimento',
      'ts',
      'eta_s',
      'boot',
      'seq',
      'uptime_s',
      'energia_prodotta_wh',
      'online',
      'fw',
    ]
    const object = fc.dictionary(fc.constantFrom(...fields), value)
    fc.assert(
      fc.property(fc.oneof(object, fc.anything()), (input) => {
        for (const series of SERIES) {
          const result = decodeMeasurement(series, input, NOW)
          if (!result.ok) continue
          const { at, production, consumption } = result.value
          expect(Number.isSafeInteger(at)).toBe(true)
          expect(Number.isFinite(production) && (consumption === null || Number.isFinite(consumption))).toBe(true)
        }
        expect(typeof decodeStatus(input, NOW).ok).toBe('boolean')
      }),
      { numRuns: 500 },
    )
  })
})
