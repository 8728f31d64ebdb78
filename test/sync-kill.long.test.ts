import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { outboxState, putAggregates } from '../hub/store/outbox.ts'
import { openStore } from '../hub/store/store.ts'
import { SyncAgent } from '../sync/agent.ts'
import { openCentral } from '../sync/central/database.ts'
import { batchSender, enrolAt, type SendBatch } from '../sync/transport.ts'
import { needs } from './needs.ts'
import { dataFolder, runJson } from './support/hub-process.ts'
import { postgresBin, startPostgres } from './support/postgres.ts'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const START = Date.UTC(2026, 4, 1)
const QUARTERS = 6_000
const KILLS = 6
const GONE = 'the hub is gone'
const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

async function startCentralProcess(
  dataDir: string,
  more: readonly string[],
): Promise<{ child: ChildProcess; url: string }> {
  const jsx = new URL('../scripts/jsx.mjs', import.meta.url).href
  const args = [
    '--import',
    jsx,
    'hub/main.ts',
    'central',
    '--data',
    dataDir,
    '--bind',
    '127.0.0.1',
    '--http-port',
    '0',
    '--json',
    ...more,
  ]
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] })
  children.push(child)
  for await (const line of createInterface({ input: child.stdout })) {
    const { url } = JSON.parse(line) as { url: string }
    return { child, url }
  }
  throw new Error('the central ended before it was ready')
}

const withPostgres = needs(postgresBin(), 'the central on PostgreSQL', 'postgresql-15')
const ENGINES = withPostgres ? (['SQLite', 'PostgreSQL'] as const) : (['SQLite'] as const)

test.each(ENGINES)(
  'on %s, a central that is killed in the middle of batches and a hub that is, again and again: 0 lost, 0 doubled',
  async (engine) => {
    const dataDir = dataFolder()
    const server = engine === 'PostgreSQL' ? await startPostgres({ durable: true }) : null
    const url = server && (await server.newDatabase())
    const more = url === null ? [] : ['--set', `central.database_url=${url}`]
    const { code } = await runJson<{ code: string }>('central', 'hub', 'add', 'uno', '--data', dataDir, ...more)
    let central = await startCentralProcess(dataDir, more)
    const enrolled = await enrolAt(central.url, code, '1')
    if (!enrolled.ok) throw new Error(enrolled.error.detail)
    const { token } = enrolled.value
    const store = await openStore(dataFolder())
    const rows = Array.from({ length: QUARTERS }, (_, i) => ({
      ...{ kind: 'comunita_15m', start: START / 1000 + i * 900, subject: '' },
      body: JSON.stringify({
        ...{ prodotta_wh: i, consumata_wh: 1, prelevata_wh: 1, immessa_wh: 1, copertura: 1 },
        ...{ condivisa_wh: 1, picco_wp: 1, case: 3, g_kwh: 200 },
      }),
    }))
    const clock = { at: START + QUARTERS * 900_000 }
    for (let i = 0; i < rows.length; i += 1_000)
      await putAggregates(store.readingsWriter, rows.slice(i, i + 1_000), clock.at)
    let kills = 0
    let sends = 0
    let lost = 0
    let hubKills = 0
    const send: SendBatch = async (bearer, body) => {
      sends += 1
      const sending = batchSender(central.url, new AbortController().signal)(bearer, body)
      if (sends % 2 === 0 && kills < KILLS) {
        // Each time a little later: before, in and after the commit.
        await new Promise((resolve) => setTimeout(resolve, kills * 6))
        const gone = once(central.child, 'exit')
        central.child.kill('SIGKILL')
        await gone
        kills += 1
      }
      const answer = await sending
      if (!answer.ok) lost += 1
      if (central.child.signalCode !== null) central = await startCentralProcess(dataDir, more)
      // The hub ends here: what was answered it never hears of.
      if (sends % 3 === 0 && hubKills < KILLS) {
        hubKills += 1
        throw new Error(GONE)
      }
      return answer
    }
    let lots = 0
    const agent = () =>
      new SyncAgent({
        now: () => clock.at,
        random: () => 0.5,
        makeLot: () => `lotto-${lots++}-${sends}`,
        read: store.readings,
        write: store.readingsWriter,
        agreement: () => ({ paused: false, houses: false }),
        identity: () => ({
          token,
          sender: { hub: 'uno', program: '1', community: 'Via', zone: 'Europe/Rome', place: null },
        }),
        collect: async () => {},
        send,
      })
    while ((await outboxState(store.readings, clock.at)).waiting > 0) {
      await agent()
        .run()
        .catch((error) => expect(String(error)).toContain(GONE))
      clock.at += 3_600_000
    }
    await store.close()
    central.child.kill('SIGKILL')
    const { db } = await openCentral(url === null ? { dataDir } : { url })
    const there = await db.selectFrom('aggregate').select(['start', 'produced_wh']).orderBy('start').execute()
    await db.destroy()
    await server?.stop()
    expect([kills, hubKills]).toEqual([KILLS, KILLS])
    expect(lost).toBeGreaterThan(0)
    expect(there).toEqual(rows.map((row, i) => ({ start: row.start, produced_wh: i })))
  },
)
