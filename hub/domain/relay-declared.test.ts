import { describe, expect, it } from 'vitest'
import { presetLoad } from './load-presets.ts'
import { declaredDifferences, differences, effectiveLoad, isSwitchable } from './relay-declared.ts'

const CAR = presetLoad({ house: 'casa_A', id: 'auto', kind: 'car' })
const SAME = { output: 1, restOn: false, minOnS: 900, minOffS: 300, maxOnS: CAR.maxOnS, startsPerHour: 6 }

describe('what a node declares of a load', () => {
  it('the same is no difference', () => {
    expect(declaredDifferences(CAR, SAME)).toEqual([])
    expect(isSwitchable(CAR, SAME)).toBe(true)
  })

  it('an undeclared load and one with another rest state are never switched', () => {
    expect(isSwitchable(CAR, null)).toBe(false)
    expect(isSwitchable(CAR, { ...SAME, restOn: true })).toBe(false)
    expect(differences(CAR, { ...SAME, restOn: true })).toEqual([
      'at rest it is off here and on at the node: it is never switched',
    ])
  })

  it('the tighter limit holds, and the difference is told', () => {
    const declared = { ...SAME, minOnS: 1200, minOffS: 60, maxOnS: 3600 }
    expect(isSwitchable(CAR, declared)).toBe(true)
    expect(effectiveLoad(CAR, declared)).toMatchObject({ minOnS: 1200, minOffS: 300, maxOnS: 3600 })
    expect(differences(CAR, declared)).toHaveLength(3)
  })
})
