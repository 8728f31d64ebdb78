import { describe, expect, it } from 'vitest'
import { decodeMeter } from './meter-profiles.ts'

const read = (rest: string, body: unknown) =>
  decodeMeter(rest, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))

describe('a meter that was bought', () => {
  it.each<[string, unknown, object[]]>([
    [
      'status/em1:1',
      { id: 1, current: 2.6, voltage: 234.9, act_power: 501.8, aprt_power: 612.4, pf: 0.84 },
      [{ channel: 1, powerW: 501.8, drawnWh: null, returnedWh: null }],
    ],
    [
      'status/em:0',
      { a_act_power: 100, b_act_power: -350, c_act_power: 50, total_act_power: -200 },
      [{ channel: 0, powerW: -200, drawnWh: null, returnedWh: null }],
    ],
    [
      'status/pm1:0',
      { apower: 1250.5, aenergy: { total: 81234.5 }, ret_aenergy: { total: 12 } },
      [{ channel: 0, powerW: 1250.5, drawnWh: 81234.5, returnedWh: 12 }],
    ],
    [
      'status/switch:0',
      { output: true, apower: 60, aenergy: { total: 5 } },
      [{ channel: 0, powerW: 60, drawnWh: 5, returnedWh: null }],
    ],
    [
      'tele/SENSOR',
      { Time: '2026-06-21T12:00:00', ENERGY: { Total: 3.185, Power: 120, Voltage: 230 } },
      [{ channel: 0, powerW: 120, drawnWh: 3185, returnedWh: null }],
    ],
    [
      'tele/SENSOR',
      { ENERGY: { Total: [1, 2.5], Power: [10, 20], ExportActive: [0, 0.5] } },
      [
        { channel: 0, powerW: 10, drawnWh: 1000, returnedWh: 0 },
        { channel: 1, powerW: 20, drawnWh: 2500, returnedWh: 500 },
      ],
    ],
    ['tele/SENSOR', { ENERGY: { Total: 9, Power: [10, 20] } }, [{ drawnWh: null }, { drawnWh: null }]],
  ])('is read on %s', (rest, body, values) => {
    expect(read(rest, body)).toMatchObject({ ok: true, value: values })
  })

  it.each(['online', 'events/rpc', 'status/sys', 'status/em1data:0', 'tele/LWT', 'tele/STATE', 'status/em1:10'])(
    'says nothing of power on %s',
    (rest) => {
      expect(read(rest, 'true')).toBeNull()
    },
  )

  it.each([
    ['status/em1:0', 'true', ''],
    ['status/em1:0', '{', ''],
    ['status/em1:0', {}, 'act_power'],
    ['status/em1:0', { act_power: 'many' }, 'act_power'],
    ['tele/SENSOR', { ENERGY: {} }, 'ENERGY.Power'],
    ['tele/SENSOR', { ENERGY: { Power: [] } }, 'ENERGY.Power'],
    ['tele/SENSOR', { ENERGY: { Power: [1, null] } }, 'ENERGY.Power'],
  ])('is refused on %s with %j, by the name of what is wrong', (rest, body, campo) => {
    expect(read(rest, body)).toMatchObject({ ok: false, error: { reason: 'formato', campo } })
  })
})
