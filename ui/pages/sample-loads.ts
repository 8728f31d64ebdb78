import { presetLoad } from '../../hub/domain/load-presets.ts'
import { LOAD_FIELDS, loadText } from '../../hub/domain/load-text.ts'
import { problemOf } from '../../hub/domain/problem.ts'
import type { LoadView } from '../models/load-view.ts'
import type { LoadForm, LoadPage, LoadsPage } from '../models/loads.ts'
import { NOON, sampleDay } from './sample-props.ts'

const HEATER = { ...presetLoad({ house: 'casa_03', id: 'boiler', kind: 'waterHeater' }), name: 'Scaldabagno' }
const HOUSE = { id: 'casa_03', name: 'Casa Rossi' }

export function sampleLoadView(over: Partial<LoadView> = {}): LoadView {
  return {
    load: HEATER,
    relay: { on: true, origin: 'riposo', at: NOON - 9000, powerW: 1490, temperatureC: 52.5, lockS: 0 },
    decision: {
      ...{ house: 'casa_03', load: 'boiler', on: true, act: 'rest', ttlS: null, rule: 'surplus' },
      inputs: {
        surplusW: 2100,
        thresholdW: 1550,
        sustainedS: 300,
        runS: 1800,
        needS: 7200,
        starts: 2,
        hoursSinceHot: 40,
      },
      alternative: { on: false, rule: 'better' },
      countdown: { to: 'off', inS: 240 },
      shadow: null,
    },
    command: { on: true, phase: 'acknowledged', at: NOON - 20_000, error: null, measurable: true },
    override: null,
    shadowUntil: null,
    differences: [],
    isSwitchable: true,
    isReachable: true,
    isBound: true,
    ...over,
  }
}

const SAVED = { days: 30, movedKwh: 50, euro: 9, co2Kg: 0 }

export function sampleLoads(): LoadsPage {
  const car = presetLoad({ house: 'casa_03', id: 'auto', kind: 'car' })
  return {
    house: HOUSE,
    choices: [],
    loads: [
      sampleLoadView(),
      sampleLoadView({
        load: car,
        relay: null,
        override: { on: true, until: NOON + 3_600_000, setAt: NOON, who: 'anna' },
        command: { on: true, phase: 'failed', at: NOON, error: 'min_off', measurable: false },
        isReachable: false,
      }),
      sampleLoadView({
        load: { ...car, id: 'x' },
        decision: null,
        command: null,
        isSwitchable: false,
        differences: [{ what: 'undeclared', here: 0, there: 0, blocks: true }],
        shadowUntil: NOON + 86_400_000,
      }),
    ],
    mayEdit: false,
    mayArm: false,
    shadowUntil: NOON + 86_400_000,
    savings: {
      ...{ lately: SAVED, total: SAVED, community: { ...SAVED, co2Kg: null }, watched: { ...SAVED, days: 7 } },
      loads: [
        { name: 'Scaldabagno', lately: SAVED, total: SAVED },
        { name: 'Auto', lately: null, total: SAVED },
      ],
      prices: { importEur: 0.28, exportEur: 0.1, assumed: true },
    },
  }
}

export function sampleLoadPage(): LoadPage {
  const day = sampleDay()
  const view = sampleLoadView({
    differences: [
      { what: 'rest', here: 1, there: 0, blocks: true },
      { what: 'minOn', here: 900, there: 60, blocks: false },
    ],
  })
  const { decision } = view
  return {
    house: HOUSE,
    view,
    day,
    stretches: [
      { from: day.from, to: day.from + 3_600_000, on: null, rule: null, origin: 'riposo' },
      { from: day.from + 3_600_000, to: NOON - 600_000, on: false, rule: 'noSurplus', origin: 'comando' },
      { from: NOON - 600_000, to: NOON, on: true, rule: null, origin: 'interruttore' },
    ],
    decisions: decision ? [{ at: NOON - 600_000, decision: { ...decision, shadow: { on: true } } }] : [],
  }
}

export function sampleLoadForm(): LoadForm {
  return {
    house: HOUSE,
    load: 'boiler',
    fields: LOAD_FIELDS,
    options: { kind: ['waterHeater', 'car'], rest: ['on', 'off'], needs: ['', 'auto'], probe: ['yes', 'no'] },
    values: loadText(HEATER),
    errors: {
      power: problemOf('ratedW', 0, 'whole', { from: 1, to: 50_000, text: ' W' }),
      'daily-max': problemOf('dailyMaxS', 5, 'span', { fromS: 60, toS: 86_400 }),
    },
    saved: false,
    isNew: false,
  }
}
