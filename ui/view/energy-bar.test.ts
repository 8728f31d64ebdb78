import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placed } from './energy-bar.tsx'

test('the parts of a bar fill it, in order and without gaps', () => {
  const part = fc.integer({ min: 1, max: 20_000 }).map((w) => ({ swatch: 'self' as const, text: '', w }))
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (parts) => {
      const spans = placed(
        parts,
        parts.reduce((sum, { w }) => sum + w, 0),
      )
      let end = 0
      for (const { x, width } of spans) {
        expect(x).toBe(end)
        end = x + width
      }
      expect(end).toBe(1000)
    }),
  )
})
