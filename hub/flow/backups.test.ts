import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND } from '../domain/time.ts'
import type { ChoreName, Chores } from '../store/chore-protocol.ts'
import { Backups } from './backups.ts'
import { Health } from './health.ts'

const NOON = Date.UTC(2026, 5, 21, 12)

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'solar-family-backups-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

/** A hub whose chores only leave a file, and note what they were asked. */
function hub() {
  const asked: string[] = []
  const state = { now: NOON, fingerprint: 'a', fails: false, takes: 0 }
  const health = new Health()
  const run = async <N extends ChoreName>(name: N, request: Chores[N]['request']): Promise<Chores[N]['outcome']> => {
    state.now += state.takes
    if (state.fails) throw new Error('no room')
    const file = 'file' in request ? request.file : 'to' in request ? request.to : ''
    const how = 'since' in request ? ` since ${request.since === null ? 'ever' : (NOON - request.since) / HOUR}` : ''
    asked.push(`${name}${how}`)
    writeFileSync(file, '')
    return { changed: 0, facts: null, rows: {}, schema: [], files: [] } as unknown as Chores[N]['outcome']
  }
  const backups = new Backups({
    now: () => state.now,
    dataDir: dir,
    files: { control: join(dir, 'control.db'), readings: join(dir, 'readings.db') },
    dir: join(dir, 'backups'),
    withRaw: false,
    program: '1',
    fingerprint: async () => state.fingerprint,
    run,
    health,
  })
  backups.start()
  const after = async (ms: number) => {
    state.now += ms
    await backups.run()
    return asked.splice(0)
  }
  return { state, health, backups, after }
}

it('makes the first of each kind soon after the start, then each in its time', async () => {
  const { after, backups } = hub()
  expect(await after(10 * SECOND)).toEqual([])
  expect(await after(10 * SECOND)).toEqual(['copy', 'nightly'])
  expect(await after(MINUTE)).toEqual([])
  expect(await after(HOUR)).toEqual(['slots since 168.99444444444444'])
  expect(backups.done).toEqual({
    control: NOON + 20 * SECOND,
    nightly: NOON + 20 * SECOND,
    slots: NOON + HOUR + 80 * SECOND,
  })
  expect(await after(12 * HOUR)).toEqual(['copy', 'nightly'])
})

it('copies the control file when a change has settled, and not for nothing', async () => {
  const { after, state } = hub()
  await after(20 * SECOND)
  state.fingerprint = 'b'
  expect(await after(5 * SECOND)).toEqual([])
  state.fingerprint = 'c'
  expect(await after(5 * SECOND)).toEqual([])
  expect(await after(5 * SECOND)).toEqual(['copy'])
  expect(await after(5 * SECOND)).toEqual([])
})

it('goes on where an earlier run stood, and clears what that left half made', async () => {
  const first = hub()
  await first.after(20 * SECOND)
  const folder = join(dir, 'backups')
  mkdirSync(join(folder, '.making-backup-x'))
  writeFileSync(join(folder, 'nightly-1.tar.partial'), '')
  const second = hub()
  expect(readdirSync(folder).some((n) => n.includes('making') || n.endsWith('.partial'))).toBe(false)
  expect(second.backups.done.nightly).toBe(NOON + 20 * SECOND)
  expect(await second.after(30 * SECOND)).not.toContain('nightly')
})

it('says so when it fails, and tries again within a minute', async () => {
  const { after, state, health } = hub()
  state.fails = true
  await after(20 * SECOND)
  expect(health.details).toEqual([{ reason: 'backup', detail: 'control: no room' }])
  state.fails = false
  expect(await after(30 * SECOND)).toEqual([])
  expect(health.degraded).toEqual(['backup'])
  expect(await after(20 * SECOND)).toEqual(['copy', 'nightly'])
  expect(health.degraded).toEqual([])
})

it('waits longer, ten minutes at most, after a failure that took its time', async () => {
  const { after, state } = hub()
  state.fails = true
  state.takes = 10 * SECOND
  await after(20 * SECOND)
  state.fails = false
  expect(await after(3 * MINUTE)).toEqual([])
  expect(await after(30 * SECOND)).toEqual(['copy', 'nightly'])
  state.fails = true
  state.takes = HOUR
  await after(DAY)
  state.fails = false
  expect(await after(9 * MINUTE)).toEqual([])
  expect(await after(MINUTE)).not.toEqual([])
})

it('rotates', async () => {
  const { after, state } = hub()
  await after(20 * SECOND)
  for (let day = 0; day < 60; day += 1) {
    state.fingerprint = `${day}`
    await after(DAY)
    await after(MINUTE)
  }
  const names = readdirSync(join(dir, 'backups'))
  expect(names.filter((n) => n.startsWith('nightly-')).length).toBeLessThanOrEqual(11)
  expect(names.filter((n) => n.startsWith('nightly-')).length).toBeGreaterThanOrEqual(9)
  expect(names.filter((n) => n.startsWith('control-')).length).toBeLessThanOrEqual(48)
})

it('dates nothing by a clock that has not got the time', async () => {
  const { after, state } = hub()
  state.now = 20 * SECOND
  expect(await after(MINUTE)).toEqual([])
  expect(existsSync(join(dir, 'backups'))).toBe(false)
})
