import { describe, expect, it } from 'vitest'
import type { RelaySample, RelayWatch } from './relay-fault.ts'
import { drawsPower, NO_WATCH, watchRelay } from './relay-fault.ts'

const S = 1000
const look = (on: boolean, draws: boolean | null, thermostat = false): Omit<RelaySample, 'at'> => ({
  on,
  draws,
  thermostat,
})

/** The watch after looks every `step` s from `from` to `to`. */
function looks(before: RelayWatch, sample: Omit<RelaySample, 'at'>, from: number, to: number, step = 30): RelayWatch {
  let watch = before
  for (let t = from; t <= to; t += step) watch = watchRelay(watch, { ...sample, at: t * S }, false, t * S)
  return watch
}

describe('a relay that does not do what it is told', () => {
  it.each([
    ['off and drawing', look(false, true), 'rele_incollato'],
    ['on and not drawing', look(true, false), 'carico_non_risponde'],
    ['on, its thermostat satisfied', look(true, false, true), null],
    ['off and quiet', look(false, false), null],
    ['it cannot be told', look(false, null), null],
  ])('%s', (_, sample, fault) => {
    expect(looks(NO_WATCH, sample, 0, 300).fault).toBe(fault)
  })

  it('takes five samples and 120 s', () => {
    expect(looks(NO_WATCH, look(false, true), 0, 90).fault).toBeNull()
    expect(looks(NO_WATCH, look(false, true), 0, 120).fault).toBe('rele_incollato')
    expect(looks(NO_WATCH, look(false, true), 0, 40, 10).fault).toBeNull()
    expect(looks(NO_WATCH, look(false, true), 0, 180, 60).fault).toBeNull()
  })

  it('the same sample counts once', () => {
    let watch = NO_WATCH
    for (let t = 0; t <= 600; t += 10) watch = watchRelay(watch, { ...look(false, true), at: 5 * S }, false, t * S)
    expect(watch.fault).toBeNull()
  })

  it('one sound sample begins the count anew, and 300 s of them take the fault back', () => {
    const nearly = looks(NO_WATCH, look(false, true), 0, 90)
    expect(looks(looks(nearly, look(false, false), 100, 100), look(false, true), 110, 200).fault).toBeNull()
    const faulty = looks(NO_WATCH, look(false, true), 0, 120)
    expect(looks(faulty, look(false, false), 130, 400).fault).toBe('rele_incollato')
    expect(looks(faulty, look(false, false), 130, 430).fault).toBeNull()
  })

  it('a node that is there and takes no command does not answer', () => {
    let watch = NO_WATCH
    for (let t = 0; t <= 120; t += 10) watch = watchRelay(watch, null, true, t * S)
    expect(watch.fault).toBe('carico_non_risponde')
  })

  it.each([
    [1980, 2000, true],
    [600, 2000, true],
    [300, 2000, null],
    [20, 2000, false],
    [60, 100, true],
    [15, 40, false],
  ])('%i W of %i W rated: %s', (powerW, ratedW, draws) => {
    expect(drawsPower(powerW, ratedW)).toBe(draws)
  })
})
