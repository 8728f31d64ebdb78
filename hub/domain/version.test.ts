import { expect, it } from 'vitest'
import { compareVersions, isVersion } from './version.ts'

const IN_ORDER = [
  'x',
  '0.9.0',
  '0.10.0-alpha',
  '0.10.0-rc.1',
  '0.10.0-rc.2',
  '0.10.0-rc.10',
  '0.10.0',
  '0.10.1',
  '1.0.0',
]

it('orders versions as people count them', () => {
  for (const [i, a] of IN_ORDER.entries())
    for (const [j, b] of IN_ORDER.entries())
      expect(Math.sign(compareVersions(a, b)), `${a} ${b}`).toBe(Math.sign(i - j))
})

it.each(['', '1', '1.2', 'v1.2.3', '1.2.3/..', '1.2.3 ', '1.2.3-a/b'])('"%s" is no version', (text) => {
  expect(isVersion(text)).toBe(false)
})
