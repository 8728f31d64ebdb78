import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, SqliteDialect } from 'kysely'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DEFAULT_SETTINGS } from '../domain/settings.ts'
import { openDatabase } from '../store/database.ts'
import { addHouses, editHouse, removeHouse } from '../store/houses.ts'
import { addToken, addUser, revokeToken } from '../store/people.ts'
import type { ControlSchema } from '../store/schema.ts'
import { writeSettings } from '../store/settings.ts'
import type { ControlDb } from '../store/store.ts'
import { openControl, storeFiles } from '../store/store.ts'
import type { RegistrySnapshot } from './registry.ts'
import { Registry } from './registry.ts'

const HOUSE = {
  id: 'a',
  name: 'A',
  peakPower: 3000,
  tilt: null,
  azimuth: null,
  connectionLimit: null,
  shown: true,
  keyHash: 'x',
}
let dir: string
let command: ControlDb
let view: ControlDb
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'solar-family-registry-'))
  command = await openControl(dir)
  const file = storeFiles(dir).control
  view = new Kysely<ControlSchema>({
    dialect: new SqliteDialect({ database: openDatabase({ name: '', file, readonly: true }) }),
  })
})
afterEach(async () => {
  vi.useRealTimers()
  await view.destroy()
  await command.destroy()
  rmSync(dir, { recursive: true })
})

describe('the registry', () => {
  it('may not be used before it knows anything', () => {
    expect(() => new Registry(view).current).toThrow('before it was started')
  })

  it('follows what commands change, and says what was before', async () => {
    const changes: [RegistrySnapshot, RegistrySnapshot | null][] = []
    const registry = new Registry(view, (...change) => changes.push(change))
    await registry.refresh()
    expect(registry.current).toEqual({
      houses: new Map(),
      loads: new Map(),
      cleaning: [],
      armed: new Map(),
      settings: DEFAULT_SETTINGS,
      hasAdmin: false,
      tokens: new Map(),
    })
    const first = registry.current

    await addHouses(command, [HOUSE, { ...HOUSE, id: 'b' }], 1)
    await writeSettings(command, { communityName: 'Via Roma' }, 1)
    await addUser(command, { name: 'anna', role: 'admin', house: null, passwordHash: '', createdAt: 1 })
    const id = await addToken(command, { tokenHash: 'reader', role: 'reader', house: null, createdAt: 1 })
    await addToken(command, { tokenHash: 'node', role: 'node', house: 'a', createdAt: 1 })
    await registry.refresh()
    expect(registry.current.houses.get('a')).toEqual(HOUSE)
    expect([registry.current.settings.communityName, registry.current.hasAdmin]).toEqual(['Via Roma', true])
    expect([...registry.current.tokens]).toEqual([
      ['reader', { role: 'reader', house: null }],
      ['node', { role: 'node', house: 'a' }],
    ])

    await editHouse(command, 'a', { peakPower: 5000 })
    await removeHouse(command, 'b', 2)
    await revokeToken(command, id, 2)
    await registry.refresh()
    expect([...registry.current.houses.values()]).toEqual([{ ...HOUSE, peakPower: 5000 }])
    expect([...registry.current.tokens.keys()]).toEqual(['node'])
    expect(changes.map(([, before]) => before)).toEqual([null, first, changes[1]?.[0]])
  })

  it('is the same object until something changes', async () => {
    const onChange = vi.fn()
    const registry = new Registry(view, onChange)
    await registry.refresh()
    const before = registry.current
    await registry.refresh()
    expect(registry.current).toBe(before)
    expect(onChange).toHaveBeenCalledTimes(1)
  })

  it('looks every second until it is stopped, and goes on after an error', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const errors: unknown[] = []
    const refreshed = vi.spyOn(Registry.prototype, 'refresh')
    const registry = new Registry(view)
    await registry.start((error) => errors.push(error))
    refreshed.mockRejectedValueOnce(new Error('gone'))
    vi.advanceTimersByTime(1000)
    await vi.waitFor(() => expect(errors).toHaveLength(1))
    await addHouses(command, [HOUSE], 1)
    vi.advanceTimersByTime(1000)
    await Promise.all(refreshed.mock.results.map((r) => (r.value as Promise<void>).catch(() => {})))
    expect(registry.current.houses.size).toBe(1)
    const calls = refreshed.mock.calls.length
    registry.stop()
    vi.advanceTimersByTime(10_000)
    expect(refreshed.mock.calls.length).toBe(calls)
    refreshed.mockRestore()
  })
})
