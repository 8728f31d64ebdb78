import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HUB_SILENT_AFTER } from '../../hub/domain/presence.ts'
import { needs } from '../../test/needs.ts'
import { postgresBin, startPostgres } from '../../test/support/postgres.ts'
import type { Central } from './database.ts'
import { openCentral } from './database.ts'
import { addHub, noteProblem } from './hubs.ts'
import { silencesOf, watchSilence } from './silence.ts'

const NOON = Date.UTC(2026, 5, 21, 12)
const MINUTE = 60_000

const engines: [string, () => Promise<{ central: Central; end: () => unknown }>][] = [
  [
    'SQLite',
    async () => {
      const dataDir = mkdtempSync(join(tmpdir(), 'solar-family-silence-'))
      return { central: await openCentral({ dataDir }), end: () => rmSync(dataDir, { recursive: true }) }
    },
  ],
  [
    'PostgreSQL',
    async () => {
      const server = await startPostgres()
      return { central: await openCentral({ url: await server.newDatabase() }), end: () => server.stop() }
    },
  ],
]

describe.each(engines)('on %s', (name, open) => {
  const isThere = name === 'SQLite' || needs(postgresBin(), 'the central on PostgreSQL', 'postgresql-15')
  let central: Central
  let end: () => unknown = () => {}
  beforeEach(async () => {
    if (!isThere) return
    const opened = await open()
    central = opened.central
    end = opened.end
    for (const id of ['uno', 'due']) await addHub(central.db, { id, name: null, codeHash: id, now: NOON })
    await central.db.updateTable('hub').set({ seen_at: NOON }).execute()
  })
  afterEach(async () => {
    if (!isThere) return
    await central.db.destroy()
    await end()
  })

  it.runIf(isThere)(
    'a silence is noted once, with the last known cause, and is over when the hub is heard again',
    async () => {
      await noteProblem(central.db, 'due', 'Nothing was stored: 1 row is wrong.', NOON)
      await watchSilence(central, NOON + HUB_SILENT_AFTER)
      expect(await silencesOf(central.db, null)).toEqual([])
      const heardAt = NOON
      const seen = await central.db.selectFrom('hub').select(['id', 'seen_at']).orderBy('id').execute()
      expect(seen.map((hub) => hub.seen_at)).toEqual([heardAt, heardAt])
      const at = NOON + HUB_SILENT_AFTER + MINUTE
      // As two processes would.
      await Promise.all([watchSilence(central, at), watchSilence(central, at + 1)])
      const both = await silencesOf(central.db, null)
      expect(both.map(({ hub, cause }) => [hub, cause]).sort()).toEqual([
        ['due', 'Nothing was stored: 1 row is wrong.'],
        ['uno', ''],
      ])
      expect(both.every((s) => s.openedAt === NOON + HUB_SILENT_AFTER && s.closedAt === null)).toBe(true)
      await central.db
        .updateTable('hub')
        .set({ seen_at: at + MINUTE })
        .where('id', '=', 'uno')
        .execute()
      await watchSilence(central, at + 2 * MINUTE)
      expect(await silencesOf(central.db, 'uno')).toMatchObject([{ closedAt: at + MINUTE }])
      expect(await silencesOf(central.db, 'due')).toMatchObject([{ closedAt: null }])
      // Silent again: another one.
      await watchSilence(central, at + 2 * MINUTE + 2 * HUB_SILENT_AFTER)
      expect((await silencesOf(central.db, 'uno')).map((s) => s.closedAt)).toEqual([null, at + MINUTE])
      await central.db.updateTable('hub').set({ revoked_at: at }).where('id', '=', 'due').execute()
      await watchSilence(central, at + 2 * MINUTE)
      expect((await silencesOf(central.db, 'due')).at(-1)?.closedAt).toBe(at)
    },
  )
})
