import { describe, expect, it } from 'vitest'
import { NO_LATEST } from '../domain/latest.ts'
import { Live } from './live.ts'

const node = (online: boolean, more: object = {}) => ({ online, at: 1, fw: null, boot: null, uptimeS: null, ...more })
const latest = (w: number) => ({ production: { w, at: 1, series: 'produzione' as const }, consumption: null })

describe('live', () => {
  it('knows nothing of a house it has not heard', () => {
    const live = new Live()
    expect([live.latestOf(['a']), live.node('a'), live.version]).toEqual([new Map([['a', NO_LATEST]]), null, 0])
  })

  it('keeps the last word of every house, and shows those that are asked for', () => {
    const live = new Live()
    live.setLatest([
      ['a', latest(1)],
      ['b', latest(2)],
    ])
    live.setLatest([['a', latest(3)]])
    expect([...live.latestOf(['c', 'a'])]).toEqual([
      ['c', NO_LATEST],
      ['a', latest(3)],
    ])
  })

  it('keeps of a node what its will does not say', () => {
    const live = new Live()
    live.setNode('a', node(true, { fw: '1.0.0', boot: 3, uptimeS: 60 }))
    live.setNode('a', node(false, { at: 2 }))
    expect(live.node('a')).toEqual({ online: false, at: 2, fw: '1.0.0', boot: 3, uptimeS: 60 })
    live.setNode('a', node(true, { boot: 4, uptimeS: 0 }))
    expect(live.node('a')).toMatchObject({ fw: '1.0.0', boot: 4, uptimeS: 0 })
  })

  it('says that something changed', () => {
    const live = new Live()
    const versions = [live.version]
    live.setLatest([['a', latest(1)]])
    versions.push(live.version)
    live.setNode('a', node(true))
    versions.push(live.version)
    expect(new Set(versions).size).toBe(3)
    expect(versions).toEqual(versions.toSorted((a, b) => a - b))
  })
})
