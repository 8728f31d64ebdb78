import { describe, expect, test } from 'vitest'
import { discovery, houseState, mayIntegrationSubscribe, parseIntegrationTopic } from './home-assistant.ts'

const HOUSE = { id: 'casa_A', name: 'Casa Rossi', peakPower: 3000, loads: [{ id: 'boiler', name: 'Boiler' }] }
const HUB = { root: 'comunita', version: '1.0.0' }

describe('a house as Home Assistant discovers it', () => {
  const { topic, payload } = discovery(HOUSE, HUB)
  const config = JSON.parse(payload) as { o: object; dev: object; cmps: Record<string, Record<string, unknown>> }
  test('is one device with its origin', () => {
    expect(topic).toBe('homeassistant/device/solarfamily_casa_A/config')
    expect(config).toMatchObject({
      dev: { ids: ['solarfamily_casa_A'], name: 'Casa Rossi', sw: '1.0.0' },
      o: { name: 'Solar Family', sw: '1.0.0' },
      state_topic: 'comunita/.hub/stato/casa_A',
      availability_topic: 'comunita/.hub/disponibile',
    })
  })
  test('has energies as its Energy dashboard takes them: counters in kWh', () => {
    for (const part of ['prodotta', 'consumata', 'prelevata', 'immessa']) {
      expect(config.cmps[`energia_${part}`]).toMatchObject({
        p: 'sensor',
        device_class: 'energy',
        state_class: 'total_increasing',
        unit_of_measurement: 'kWh',
        value_template: `{{ value_json.${part}_kwh }}`,
      })
    }
    expect(config.cmps['produzione']).toMatchObject({
      device_class: 'power',
      state_class: 'measurement',
      unit_of_measurement: 'W',
    })
  })
  test('has a switch for each load, that shows what the node says', () => {
    expect(config.cmps['carico_boiler']).toMatchObject({
      p: 'switch',
      command_topic: 'comunita/.hub/carico/casa_A/boiler/comando',
      value_template: "{{ value_json.carichi['boiler'] }}",
      optimistic: false,
    })
  })
  test('names every entity once, and reads nothing that its state does not have', () => {
    const ids = Object.values(config.cmps).map((c) => c['unique_id'])
    expect(new Set(ids).size).toBe(ids.length)
    const state = JSON.parse(
      houseState({
        ...{
          productionW: 1500,
          consumptionW: null,
          producedWh: 1_234_567,
          consumedWh: null,
          importedWh: 0,
          exportedWh: 1,
        },
        loads: new Map([['boiler', true]]),
      }),
    ) as Record<string, unknown>
    expect(state).toEqual({
      ...{ produzione_w: 1500, consumo_w: null, bilancio_w: null, prodotta_kwh: 1234.567, consumata_kwh: null },
      ...{ prelevata_kwh: 0, immessa_kwh: 0.001, carichi: { boiler: 'ON' } },
    })
    for (const { value_template } of Object.values(config.cmps)) {
      const [, key = ''] = /value_json\.(\w+)/.exec(String(value_template)) ?? []
      expect(Object.keys(state)).toContain(key)
    }
  })
  test('makes no production where it has no panels', () => {
    const { cmps } = JSON.parse(discovery({ ...HOUSE, peakPower: 0 }, HUB).payload) as typeof config
    expect(Object.keys(cmps)).toEqual([
      'consumo',
      'bilancio',
      'energia_consumata',
      'energia_prelevata',
      'energia_immessa',
      'carico_boiler',
    ])
  })
})

test.each([
  ['homeassistant/status', { kind: 'birth' }],
  ['comunita/.hub/carico/casa_A/boiler/comando', { kind: 'switch', house: 'casa_A', load: 'boiler' }],
  ['comunita/.hub/carico/casa_A/boiler', null],
  ['comunita/.hub/carico/casa_A/boiler/comando/x', null],
  ['comunita/.hub/carico/../boiler/comando', null],
  ['comunita/.hub/carico/rete/boiler/comando', null],
  ['comunita/casa_A/comando', null],
  ['homeassistant/device/solarfamily_casa_A/config', null],
  ['', null],
])('an integration says on %s: %o', (topic, expected) =>
  expect(parseIntegrationTopic(topic, 'comunita')).toEqual(expected),
)

test.each([
  ['comunita/#', true],
  ['homeassistant/#', true],
  ['comunita/casa_A/bilancio', true],
  ['homeassistant/status', true],
  ['#', false],
  ['+/casa_A/#', false],
  ['comunitaria/#', false],
  ['$SYS/#', false],
])('an integration may read %s: %s', (filter, may) => expect(mayIntegrationSubscribe(filter, 'comunita')).toBe(may))
