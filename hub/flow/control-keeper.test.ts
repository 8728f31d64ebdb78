import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ControlKeeper } from './control-keeper.ts'
import { Health } from './health.ts'

const damaged = () => Object.assign(new Error('malformed'), { code: 'SQLITE_CORRUPT' })

describe('a control file that is damaged while the hub runs', () => {
  const done: string[] = []
  const file = { version: 1, isDamaged: false, canRebuild: true }
  let elapsed = 0
  let keeper: ControlKeeper
  let health: Health

  beforeEach(() => {
    vi.useFakeTimers()
    done.length = 0
    Object.assign(file, { version: 1, isDamaged: false, canRebuild: true })
    elapsed = 0
    health = new Health()
    keeper = new ControlKeeper({
      elapsed: () => elapsed,
      version: async () => file.version,
      remember: async () => {
        if (file.isDamaged) throw damaged()
        done.push(`remembered ${file.version}`)
      },
      rebuild: async () => {
        if (!file.canRebuild) throw new Error('disk full')
        file.isDamaged = false
        done.push('rebuilt')
        return 'aside'
      },
      isDamage: (error) => (error as { code?: string }).code === 'SQLITE_CORRUPT',
      health,
      onRebuilt: (aside, why) => done.push(`${aside}: ${why}`),
      onError: (what) => done.push(what),
    })
    return async () => {
      await keeper.stop()
      vi.useRealTimers()
    }
  })
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 500) {
      elapsed += 500
      await vi.advanceTimersByTimeAsync(500)
    }
  }

  it('is remembered at start and after each change, and looked at every half minute', async () => {
    await keeper.start()
    await pass(5_000)
    expect(done).toEqual(['remembered 1'])
    file.version = 2
    await pass(1_000)
    expect(done).toEqual(['remembered 1', 'remembered 2'])
    await pass(31_000)
    expect(done).toHaveLength(3)
  })

  it.each([
    ['by looking', () => {}],
    ['by a query', () => keeper.noticed(damaged())],
  ])('is found %s and replaced from memory, then remembered again', async (_, find) => {
    await keeper.start()
    file.isDamaged = true
    find()
    await pass(33_000)
    expect(done.slice(0, 4)).toEqual(['remembered 1', 'rebuilt', 'aside: malformed', 'remembered 1'])
  })

  it('is not replaced again and again on a dying disk, nor for another error', async () => {
    await keeper.start()
    keeper.noticed(new Error('busy'))
    keeper.noticed(damaged())
    keeper.noticed(damaged())
    await pass(10_000)
    keeper.noticed(damaged())
    await pass(1_000)
    expect(done.filter((d) => d === 'rebuilt')).toHaveLength(1)
    await pass(60_000)
    keeper.noticed(damaged())
    await pass(1_000)
    expect(done.filter((d) => d === 'rebuilt')).toHaveLength(2)
  })

  it('that cannot be replaced is told to health', async () => {
    await keeper.start()
    file.canRebuild = false
    keeper.noticed(damaged())
    await pass(1_000)
    expect(health.details[0]?.detail).toContain('disk full')
  })
})
