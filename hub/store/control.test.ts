import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CycleState } from '../domain/cycle.ts'
import { FIRST_STATE } from '../domain/cycle.ts'
import type { Effect } from '../domain/effect.ts'
import { DEFAULT_SETTINGS } from '../domain/settings.ts'
import { applyAlert, listAlerts } from './alerts.ts'
import { markPerformed, pendingEffects, readCycle, readSavedClock, saveTick } from './cycle.ts'
import type { KeyedHouse } from './houses.ts'
import { addHouses, editHouse, listHouses, removeHouse, setHouseKey } from './houses.ts'
import { migrate } from './migrations.ts'
import {
  addSession,
  addToken,
  addUser,
  audit,
  endSession,
  findUser,
  listTokens,
  listUsers,
  removeUser,
  revokeToken,
  sessionUser,
  setPassword,
} from './people.ts'
import type { ControlSchema } from './schema.ts'
import { readSettings, writeSettings } from './settings.ts'

const NOW = Date.UTC(2026, 5, 21, 12)
const DAY = 86_400_000
let file: Database.Database
let db: Kysely<ControlSchema>
beforeEach(async () => {
  file = new Database(':memory:')
  db = new Kysely<ControlSchema>({ dialect: new SqliteDialect({ database: file }) })
  await migrate(db as Kysely<unknown>, 'control')
})
afterEach(() => {
  file.close()
})

const count = (table: string) => (file.prepare(`select count(*) as n from ${table}`).get() as { n: number }).n

describe('houses', () => {
  const house = (id: string, more: Partial<KeyedHouse> = {}): KeyedHouse => ({
    ...{
      id,
      name: `Casa ${id}`,
      peakPower: 4200.5,
      tilt: 30,
      azimuth: 180,
      connectionLimit: 6000,
      shown: true,
      keyHash: `hash ${id}`,
    },
    ...more,
  })

  it('come back as they were, by id', async () => {
    const bare = house('b', { tilt: null, azimuth: null, connectionLimit: null, shown: false, peakPower: 0 })
    await addHouses(db, [bare, house('a')], NOW)
    expect(await listHouses(db)).toEqual([house('a'), bare])
  })

  it('are added all or none', async () => {
    await addHouses(db, [house('b')], NOW)
    await expect(addHouses(db, [house('a'), house('b'), house('c')], NOW)).rejects.toThrow('UNIQUE')
    expect((await listHouses(db)).map((h) => h.id)).toEqual(['b'])
  })

  it('change in what is given, and in nothing else', async () => {
    await addHouses(db, [house('a'), house('b')], NOW)
    expect(await editHouse(db, 'a', { peakPower: 5000, tilt: null })).toBe(true)
    expect(await setHouseKey(db, 'b', 'new')).toBe(true)
    expect(await listHouses(db)).toEqual([house('a', { peakPower: 5000, tilt: null }), house('b', { keyHash: 'new' })])
  })

  it('that are removed are gone for every command, and may come back', async () => {
    await addHouses(db, [house('a')], NOW)
    expect(await removeHouse(db, 'a', NOW)).toBe(true)
    expect(await listHouses(db)).toEqual([])
    expect([await removeHouse(db, 'a', NOW), await editHouse(db, 'a', {}), await setHouseKey(db, 'a', 'x')]).toEqual([
      false,
      false,
      false,
    ])
    await addHouses(db, [house('a', { name: 'again' })], NOW)
    expect(await listHouses(db)).toEqual([house('a', { name: 'again' })])
  })
})

describe('people', () => {
  const user = (name: string) => ({
    name,
    role: 'resident' as const,
    house: 'a',
    passwordHash: `hash ${name}`,
    createdAt: NOW,
  })
  const session = (idHash: string, name: string, days = 1) => ({
    idHash,
    user: name,
    createdAt: NOW,
    expiresAt: NOW + days * DAY,
  })

  it('are found whatever the case, and exist once in any case', async () => {
    await addUser(db, user('Anna'))
    expect(await findUser(db, 'aNNA')).toEqual(user('Anna'))
    expect(await findUser(db, 'Ann')).toBeNull()
    await expect(addUser(db, user('anna'))).rejects.toThrow('UNIQUE')
    expect(await listUsers(db)).toEqual([user('Anna')])
  })

  it.each([
    ['a new password', () => setPassword(db, 'anna', 'new')],
    ['removal', () => removeUser(db, 'ANNA')],
  ])('lose their sessions by %s, others keep theirs', async (_, act) => {
    await addUser(db, user('Anna'))
    await addUser(db, user('Bo'))
    await addSession(db, session('1', 'Anna'))
    await addSession(db, session('2', 'Bo'))
    expect(await act()).toBe(true)
    expect(await sessionUser(db, '1', NOW)).toBeNull()
    expect(await sessionUser(db, '2', NOW)).toEqual(user('Bo'))
    expect(count('session')).toBe(1)
  })

  it('that do not exist have no password to set', async () => {
    expect([await setPassword(db, 'x', 'y'), await removeUser(db, 'x')]).toEqual([false, false])
  })

  it('are signed in until the session ends', async () => {
    await addUser(db, user('Anna'))
    await addSession(db, session('1', 'Anna'))
    expect((await sessionUser(db, '1', NOW + DAY - 1))?.name).toBe('Anna')
    expect(await sessionUser(db, '1', NOW + DAY)).toBeNull()
    expect(await sessionUser(db, '2', NOW)).toBeNull()
    await endSession(db, '1')
    expect(await sessionUser(db, '1', NOW)).toBeNull()
  })

  it('leave no expired sessions behind', async () => {
    await addUser(db, user('Anna'))
    await addSession(db, session('old', 'Anna', -1))
    await addSession(db, session('new', 'Anna'))
    expect(count('session')).toBe(1)
  })

  it('hold tokens that are revoked once', async () => {
    const token = { tokenHash: 'x', role: 'reader' as const, house: null, createdAt: NOW }
    const id = await addToken(db, token)
    await expect(addToken(db, token)).rejects.toThrow('UNIQUE')
    expect(await revokeToken(db, id, NOW + 1)).toBe(true)
    expect([await revokeToken(db, id, NOW + 2), await revokeToken(db, 99, NOW)]).toEqual([false, false])
    expect(await listTokens(db)).toEqual([
      { id, role: 'reader', house: null, createdAt: NOW, revokedAt: NOW + 1, tokenHash: 'x' },
    ])
  })

  it('leave a trace', async () => {
    await audit(db, { at: NOW, who: 'anna', what: 'house edit', detail: { id: 'a' } })
    expect(file.prepare('select * from audit').all()).toEqual([
      { id: 1, at: NOW, who: 'anna', what: 'house edit', detail: '{"id":"a"}' },
    ])
  })
})

describe('settings', () => {
  it('are the defaults until something is chosen, and keep what was', async () => {
    expect(await readSettings(db)).toEqual(DEFAULT_SETTINGS)
    await writeSettings(db, {}, NOW)
    await writeSettings(db, { communityName: 'Via Roma', place: { latitude: 45, longitude: 9 } }, NOW)
    await writeSettings(db, { communityName: 'Via Verdi' }, NOW + 1)
    expect(await readSettings(db)).toEqual({
      ...DEFAULT_SETTINGS,
      communityName: 'Via Verdi',
      place: { latitude: 45, longitude: 9 },
    })
    await writeSettings(db, { place: null }, NOW + 2)
    expect((await readSettings(db)).place).toBeNull()
  })
})

const opened = (house: string, at = NOW): Effect => ({
  kind: 'openAlert',
  house,
  code: 'performance_bassa',
  at,
  detail: { media: 0.5 },
})
const closed = (house: string, at = NOW): Effect => ({
  kind: 'closeAlert',
  house,
  code: 'performance_bassa',
  at,
  last: true,
})
const published: Effect = { kind: 'publishBenchmark', mean: 0.5, plants: 3, at: NOW }

describe('alerts', () => {
  it.each<[string, Effect[], object[]]>([
    [
      'open',
      [opened('a')],
      [{ house: 'a', code: 'performance_bassa', openedAt: NOW, closedAt: null, detail: { media: 0.5 } }],
    ],
    ['open once, though told twice', [opened('a'), opened('a', NOW + 5)], [{ openedAt: NOW, closedAt: null }]],
    ['close', [opened('a'), closed('a', NOW + 5)], [{ openedAt: NOW, closedAt: NOW + 5 }]],
    ['close once', [opened('a'), closed('a', NOW + 5), closed('a', NOW + 9)], [{ closedAt: NOW + 5 }]],
    [
      'open again as another',
      [opened('a'), closed('a', NOW + 5), opened('a', NOW + 9)],
      [
        { openedAt: NOW + 9, closedAt: null },
        { openedAt: NOW, closedAt: NOW + 5 },
      ],
    ],
    [
      'close for their own house',
      [opened('a'), opened('b', NOW + 1), closed('a', NOW + 2)],
      [
        { house: 'b', closedAt: null },
        { house: 'a', closedAt: NOW + 2 },
      ],
    ],
    ['are nothing a benchmark writes', [published], []],
  ])('%s', async (_, effects, expected) => {
    for (const effect of effects) await applyAlert(db, effect)
    const alerts = await listAlerts(db)
    expect(alerts).toHaveLength(expected.length)
    expect(alerts).toMatchObject(expected)
  })

  it('are listed open ones first, then newest first, by house and up to a limit', async () => {
    const effects = [opened('a', 1), closed('a', 2), opened('b', 3), opened('c', 4), closed('c', 5), opened('d', 6)]
    for (const effect of effects) await applyAlert(db, effect)
    const list = async (options?: Parameters<typeof listAlerts>[1]) =>
      (await listAlerts(db, options)).map((a) => a.house).join('')
    expect([
      await list(),
      await list({ limit: 3 }),
      await list({ openOnly: true }),
      await list({ houses: ['a', 'b'] }),
      await list({ houses: [] }),
    ]).toEqual(['dbca', 'dbc', 'db', 'ba', ''])
  })
})

describe('a tick', () => {
  const state: CycleState = {
    ...FIRST_STATE,
    benchmarkSlot: NOW,
    episodes: [{ house: 'a', code: 'performance_bassa', since: NOW }],
  }

  it('starts with nothing, and is remembered with what is to be performed', async () => {
    expect(await readCycle(db)).toEqual(FIRST_STATE)
    const pending = await saveTick(db, { now: NOW, elapsed: 500 }, state, [opened('a'), published])
    expect(pending.map((p) => p.effect)).toEqual([opened('a'), published])
    expect(await readCycle(db)).toEqual(state)
    expect(await readSavedClock(db)).toEqual({ now: NOW, elapsed: 500 })
    expect(await pendingEffects(db)).toEqual(pending)
    expect(count('alert')).toBe(1)
    await markPerformed(
      db,
      pending.slice(0, 1).map((p) => p.id),
      NOW,
    )
    await markPerformed(db, [], NOW)
    expect(await pendingEffects(db)).toEqual(pending.slice(1))
  })

  it('is saved whole or not at all', async () => {
    file.exec(`create trigger broken before insert on effect begin select raise(abort, 'disk on fire'); end`)
    await expect(saveTick(db, { now: NOW, elapsed: 500 }, state, [opened('a')])).rejects.toThrow('disk on fire')
    expect([await readCycle(db), count('alert'), count('effect')]).toEqual([FIRST_STATE, 0, 0])
    file.exec('drop trigger broken')
    expect(await saveTick(db, { now: NOW, elapsed: 500 }, state, [opened('a')])).toHaveLength(1)
  })

  it('forgets after a week what was performed, never what was not', async () => {
    const [first, second] = await saveTick(db, { now: NOW, elapsed: 500 }, state, [published, published])
    await markPerformed(db, [first?.id ?? 0], NOW)
    await saveTick(db, { now: NOW + 7 * DAY, elapsed: 7 * DAY }, state, [])
    expect(count('effect')).toBe(2)
    await saveTick(db, { now: NOW + 7 * DAY + 1, elapsed: 7 * DAY + 1 }, state, [])
    expect((await pendingEffects(db)).map((p) => p.id)).toEqual([second?.id])
    expect(count('effect')).toBe(1)
  })
})
