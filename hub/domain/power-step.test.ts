import { describe, expect, it } from 'vitest'
import { isMeasurable, noiseW, stepVerdict } from './power-step.ts'

const S = 1000
/** A sample every 10 s around `base`, with a ripple of ±`ripple`, and `step` W more from `from` on. */
function trace(base: number, ripple: number, step: { at: number; w: number } | null = null, until = 300) {
  return Array.from({ length: until / 10 }, (_, i) => ({
    at: i * 10 * S,
    w: base + (i % 2 === 0 ? ripple : -ripple) + (step && i * 10 >= step.at ? step.w : 0),
  }))
}

describe('a step in the house’s consumption', () => {
  it('the noise is that of a calm house, whatever its appliances do', () => {
    expect(noiseW(trace(300, 10))).toBeCloseTo(21, 0)
    expect(noiseW(trace(300, 10, { at: 150, w: 2000 }))).toBeCloseTo(21, 0)
    expect(noiseW(trace(300, 10).slice(0, 7))).toBeNull()
  })

  it.each([
    ['a heater', 2000, 10, true],
    ['a softener', 50, 1, false],
    ['just 150 W', 150, 1, false],
    ['a pump in a restless house', 400, 70, false],
    ['too little is known', 2000, 10, false],
  ])('%s can be told: %#', (name, ratedW, ripple, expected) => {
    expect(isMeasurable(ratedW, name.startsWith('too') ? [] : trace(300, ripple))).toBe(expected)
  })

  it.each([
    ['seen going on', true, { at: 150, w: 1900 }, 'seen'],
    ['seen going off', false, { at: 150, w: -1900 }, 'seen'],
    ['the other way', true, { at: 150, w: -1900 }, 'unknown'],
    ['nothing happened', true, null, 'absent'],
    ['something smaller happened', true, { at: 170, w: 800 }, 'unknown'],
  ] as const)('%s', (_, on, step, verdict) => {
    expect(stepVerdict(trace(2500, 10, step), 150 * S, on, 2000)).toBe(verdict)
  })

  it('is not called absent before two minutes and five samples', () => {
    expect(stepVerdict(trace(300, 10, null, 260), 150 * S, true, 2000)).toBe('unknown')
    expect(stepVerdict(trace(300, 10, null, 290), 150 * S, true, 2000)).toBe('absent')
  })

  it('one kettle’s blip is no load that came on', () => {
    const blip = trace(300, 10).map((s) => (s.at === 170 * S ? { ...s, w: 2400 } : s))
    expect(stepVerdict(blip, 150 * S, true, 2000)).toBe('unknown')
  })
})
