import { describe, expect, it } from 'vitest'
import type { House } from './house.ts'
import type { AgeRule, Measurement } from './reading.ts'
import { checkInterval, checkMeasurement } from './reading.ts'
import { DAY, HOUR, MINUTE, SECOND } from './time.ts'

const NOW = Date.UTC(2026, 5, 21, 12)
const HOUSE: House = {
  id: 'casa_A',
  name: 'A',
  peakPower: 3000,
  tilt: null,
  azimuth: null,
  connectionLimit: null,
  shown: true,
}

function measured(more: Partial<Measurement>): Measurement {
  const none = {
    stamp: null,
    boot: null,
    uptimeS: null,
    seq: null,
    producedWh: null,
    consumedWh: null,
    importedWh: null,
    exportedWh: null,
  }
  return { series: 'produzione', production: 1500, consumption: null, at: NOW, ...none, ...more }
}

/** Watts as taken, or the reason of the refusal. */
function verdict(more: Partial<Measurement>, house: Partial<House> = {}, rule: AgeRule = 'live') {
  const result = checkMeasurement(measured(more), { ...HOUSE, ...house }, NOW, rule)
  return result.ok ? [result.value.productionW, result.value.consumptionW] : result.error.reason
}

it('a clock that runs ahead has measured now, but for a replay', () => {
  const at = (rule: AgeRule) => {
    const result = checkMeasurement(measured({ at: NOW + 299_000 }), HOUSE, NOW, rule)
    return result.ok ? result.value.at - NOW : null
  }
  expect([at('live'), at('replay')]).toEqual([0, 299_000])
})

it('a refused instant is named as it was sent', () => {
  const stamp = { campo: 'eta_s', valore: 604_802 } as const
  const result = checkMeasurement(measured({ at: NOW - 604_802_000, stamp }), HOUSE, NOW, 'live')
  expect(result).toMatchObject({ ok: false, error: { reason: 'troppo_vecchia', campo: 'eta_s', valore: 604_802 } })
})

describe('production', () => {
  it.each<[string, Partial<Measurement>, Partial<House>, unknown]>([
    ['whole watts', { production: 1499.5 }, {}, [1500, null]],
    ['125 % of peak', { production: 3750 }, {}, [3750, null]],
    ['above it', { production: 3750.01 }, {}, 'produzione'],
    ['-2 % of peak is 0', { production: -60 }, {}, [0, null]],
    ['below it', { production: -60.01 }, {}, 'produzione'],
    ['a little below 0', { production: -0.2 }, {}, [0, null]],
    ['minus zero is 0', { production: -0 }, {}, [0, null]],
    ['not a number', { production: Number.NaN }, {}, 'produzione'],
    ['infinite', { production: Number.POSITIVE_INFINITY }, {}, 'produzione'],
    ['a consumer makes nothing', { production: 0 }, { peakPower: 0 }, [0, null]],
    ['a consumer that makes something', { production: 1 }, { peakPower: 0 }, 'produzione'],
    ['a consumer below 0', { production: -1 }, { peakPower: 0 }, 'produzione'],
    ['a yield', { series: 'rendimento', production: 0.5 }, {}, [1500, null]],
    ['a yield of 1.25', { series: 'rendimento', production: 1.25 }, {}, [3750, null]],
    ['a yield above', { series: 'rendimento', production: 1.2501 }, {}, 'produzione'],
    ['a yield of -0.02', { series: 'rendimento', production: -0.02 }, {}, [0, null]],
    ['a yield in watts', { series: 'rendimento', production: 1500 }, {}, 'produzione'],
  ])('%s', (_, more, house, expected) => {
    expect(verdict(more, house)).toEqual(expected)
  })

  it('takes exactly -2 % and 125 % of every peak', () => {
    for (let peakPower = 50; peakPower <= 30_000; peakPower += 50) {
      const house = { peakPower }
      expect(verdict({ production: -peakPower / 50 }, house)).toEqual([0, null])
      expect(verdict({ production: peakPower * 1.25 }, house)).toEqual([Math.round(peakPower * 1.25), null])
    }
  })
})

describe('consumption', () => {
  const both = (consumption: number, connectionLimit: number | null = null) =>
    verdict({ series: 'bilancio', production: 0, consumption }, { connectionLimit })
  it.each<[string, unknown, unknown]>([
    ['whole watts', both(400.6), [0, 401]],
    ['3 x 20 kW where no limit is given', both(60_000), [0, 60_000]],
    ['above it', both(60_000.5), 'consumo'],
    ['3 x the connection', both(9000, 3000), [0, 9000]],
    ['above that', both(9001, 3000), 'consumo'],
    ['0', both(0), [0, 0]],
    ['below 0', both(-1), 'consumo'],
    ['not a number', both(Number.NaN), 'consumo'],
  ])('%s', (_, got, expected) => {
    expect(got).toEqual(expected)
  })
})

describe('the instant', () => {
  it.each<[string, number, AgeRule, boolean | string]>([
    ['7 days old', -7 * DAY, 'live', true],
    ['a millisecond more', -7 * DAY - 1, 'live', 'troppo_vecchia'],
    ['5 min ahead', 5 * MINUTE, 'live', true],
    ['a millisecond more', 5 * MINUTE + 1, 'live', 'futura'],
    ['any past in a replay', -3000 * DAY, 'replay', true],
    ['no future in a replay', 5 * MINUTE + 1, 'replay', 'futura'],
    ['anything while the clock is uncertain', 9000 * DAY, 'uncertain', true],
    ['anything before, too', -9000 * DAY, 'uncertain', true],
  ])('%s (%i ms, %s)', (_, offset, rule, expected) => {
    const got = verdict({ at: NOW + offset }, {}, rule)
    expect(Array.isArray(got) || got).toBe(expected)
  })
})

describe('a refusal', () => {
  it.each([
    [{ production: 9999 }, 'potenza_w', 'between -60 and 3750 W for a peak of 3000 W'],
    [
      { series: 'bilancio' as const, production: 9999, consumption: 1 },
      'produzione_w',
      'between -60 and 3750 W for a peak of 3000 W',
    ],
    [{ series: 'rendimento' as const, production: 9999 }, 'rendimento', 'between -0.02 and 1.25'],
  ])('names field, value and what would be right: %j', (more, campo, atteso) => {
    const result = checkMeasurement(measured(more), HOUSE, NOW, 'live')
    expect(result).toEqual({ ok: false, error: { reason: 'produzione', campo, valore: 9999, atteso } })
  })
})

describe('an interval', () => {
  const check = (more: object, house: Partial<House> = {}) => {
    const interval = { house: 'casa_A', at: NOW - HOUR, durationMs: HOUR, producedWh: 100, consumedWh: 200, ...more }
    const result = checkInterval(interval, { ...HOUSE, ...house }, NOW)
    return result.ok ? [result.value.producedWh, result.value.consumedWh] : result.error.reason
  }
  it.each<[string, object, unknown]>([
    ['plausible', {}, [100, 200]],
    ['125 % of peak for an hour', { producedWh: 3750 }, [3750, 200]],
    ['more', { producedWh: 3751 }, 'produzione'],
    ['the same for a quarter of it', { producedWh: 3750, durationMs: 15 * MINUTE }, 'produzione'],
    ['night use is 0', { producedWh: -60 }, [0, 200]],
    ['too much consumption', { consumedWh: 60_001 }, 'consumo'],
    ['years old', { at: NOW - 3000 * DAY }, [100, 200]],
    ['not over yet', { at: NOW, durationMs: 6 * MINUTE }, 'futura'],
    ['without duration', { durationMs: 0 }, 'formato'],
    ['longer than a day', { at: NOW - 2 * DAY, durationMs: DAY + SECOND }, 'formato'],
    ['of nothing', { producedWh: null, consumedWh: null }, 'formato'],
    ['at no instant', { at: Number.NaN }, 'futura'],
  ])('%s', (_, more, expected) => {
    expect(check(more)).toEqual(expected)
  })
})
