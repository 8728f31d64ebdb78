import { describe, expect, it } from 'vitest'
import { ID_PATTERN, idProblem } from './house.ts'

describe('idProblem', () => {
  it.each(['casa_A', 'a', '7', 'A-b_9', 'x'.repeat(32), 'Rete', 'altri2'])('has nothing against %s', (id) => {
    expect(idProblem(id)).toBeNull()
    expect(ID_PATTERN.test(id)).toBe(true)
  })

  it.each(['', '_a', '-a', 'x'.repeat(33), 'a b', 'a/b', 'a+', '#', 'casà', 'a\n', '\na', 'a.b', '$SYS'])(
    'refuses %j',
    (id) => {
      expect(idProblem(id)).toContain('is not a valid id')
    },
  )

  it.each(['rete', 'altri', 'benchmark'])('keeps %s for itself', (id) => {
    expect(idProblem(id)).toContain('is reserved')
  })
})
