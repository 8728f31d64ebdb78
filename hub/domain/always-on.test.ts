import { expect, it } from 'vitest'
import { ROOFS, streetDays, times } from '../../test/support/clear-street.ts'
import { alwaysOn } from './always-on.ts'

it('holds each roof against the middle of the others, over its own plane', () => {
  const ratios = [...alwaysOn(streetDays(7), ROOFS).values()].map((a) => a.ratio ?? 0)
  expect(Math.min(...ratios)).toBeGreaterThan(0.9)
  expect(Math.max(...ratios)).toBeLessThan(1.1)
})

it('sees the share that is missing, and lets one broken house touch no other', () => {
  const days = streetDays(7, (d, _, id) => (id === 'casa_B' ? times(d, () => 0.6) : d))
  const ratios = new Map([...alwaysOn(days, ROOFS)].map(([id, a]) => [id, a.ratio ?? 0]))
  expect(ratios.get('casa_B')).toBeGreaterThan(0.54)
  expect(ratios.get('casa_B')).toBeLessThan(0.66)
  for (const [id, ratio] of ratios) if (id !== 'casa_B') expect(ratio).toBeGreaterThan(0.88)
})

it('says nothing of a house with less than five days, of an unknown plane, or with one other house', () => {
  const silent = streetDays(7, (d, age, id) => (id === 'casa_A' && age > 3 ? null : d))
  expect(alwaysOn(silent, ROOFS).has('casa_A')).toBe(false)
  const unknown = ROOFS.map((r) => (r.id === 'casa_A' ? { ...r, plane: null } : r))
  expect(alwaysOn(streetDays(7), unknown).has('casa_A')).toBe(false)
  expect([...alwaysOn(streetDays(7), ROOFS.slice(0, 2)).values()].map((a) => a.ratio)).toEqual([null, null])
})
