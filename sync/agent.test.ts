import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashKey } from '../hub/store/key-hash.ts'
import { outboxState, putAggregates, readSyncState, recentBatches } from '../hub/store/outbox.ts'
import { openStore, type Store } from '../hub/store/store.ts'
import { needs } from '../test/needs.ts'
import { dataFolder } from '../test/support/hub-process.ts'
import { postgresBin, startPostgres, type TestPostgres } from '../test/support/postgres.ts'
import { type AgentOptions, SyncAgent, type SyncState } from './agent.ts'
import { hubApi } from './central/api.ts'
import { type Central, openCentral } from './central/database.ts'
import { addHub, enrol } from './central/hubs.ts'
import { textOf } from './preview.ts'
import { PATHS, receiptSchema } from './protocol.ts'
import type { Answer, SendBatch } from './transport.ts'

const START = Date.UTC(2026, 4, 1)
const MINUTE = 60_000
const DAY = 86_400_000
const DAYS = 42
/** Hours between two looks. */
const STEP = 3
const TOKEN = 'token-of-the-hub-in-this-test'
const withPostgres = needs(postgresBin(), 'the tests of sync on PostgreSQL', 'postgresql-15')
let postgres: TestPostgres | null = null
const stores: Store[] = []
afterAll(async () => {
  for (const store of stores) await store.close()
  await postgres?.stop()
})

/** Numbers that look random and are the same at every run. */
function dice(seed: number) {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

function quarter(at: number, produced: number) {
  const dati = {
    ...{ prodotta_wh: produced, consumata_wh: 500, prelevata_wh: 100, immessa_wh: 600, copertura: 1 },
    ...{ condivisa_wh: 100, picco_wp: 9000, case: 3, g_kwh: 200 },
  }
  return { kind: 'comunita_15m', start: at / 1000, subject: '', body: JSON.stringify(dati) }
}

async function hub(send: SendBatch, clock: { at: number }, more: Partial<AgentOptions> = {}) {
  const store = await openStore(dataFolder())
  stores.push(store)
  const random = dice(7)
  let lots = 0
  const options: AgentOptions = {
    now: () => clock.at,
    random,
    makeLot: () => `lotto-${String(lots++).padStart(6, '0')}`,
    read: store.readings,
    write: store.readingsWriter,
    agreement: () => ({ paused: false, houses: false }),
    identity: () => ({
      token: TOKEN,
      sender: { hub: 'uno', program: '1', community: 'Via', zone: 'Europe/Rome', place: null },
    }),
    collect: async () => {},
    send,
    ...more,
  }
  return { store, options, agent: new SyncAgent(options) }
}

describe.each(withPostgres ? (['sqlite', 'postgres'] as const) : (['sqlite'] as const))('on %s', (engine) => {
  let central: Central
  const clock = { at: START }
  let api: ReturnType<typeof hubApi>
  beforeAll(async () => {
    if (engine === 'postgres') postgres = await startPostgres()
    central = await openCentral(postgres ? { url: await postgres.newDatabase() } : { dataDir: dataFolder() })
    api = hubApi({ central, now: () => clock.at, makeToken: () => TOKEN, log: { error: () => {} } })
    await addHub(central.db, { id: 'uno', name: null, codeHash: 'code', now: START })
    await enrol(central.db, { codeHash: 'code', tokenHash: hashKey(TOKEN), now: START })
  })
  afterAll(() => central.db.destroy())

  const deliver = async (token: string, body: Buffer): Promise<Awaited<ReturnType<SendBatch>>> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    const answer = await api.request(PATHS.batches, { method: 'POST', body: new Uint8Array(body), headers })
    if (answer.ok) return { ok: true, value: receiptSchema.parse(await answer.json()) }
    const { detail, errors = [] } = (await answer.json()) as { detail: string; errors?: [] }
    return { ok: false, error: { status: answer.status, detail, errors, retryAfterS: null } }
  }
  const nothing: Answer<never> = { ok: false, error: { status: 0, detail: 'no answer', errors: [], retryAfterS: null } }
  const centralRows = async () =>
    new Map(
      (await central.db.selectFrom('aggregate').selectAll().execute()).map((row) => [
        `${row.kind} ${row.start} ${row.subject}`,
        { version: row.version, produced: row.produced_wh },
      ]),
    )

  test('thirty days without a central, then requests and answers lost, doubled and late, and a clock that is off: 0 lost, 0 doubled', async () => {
    const random = dice(11)
    const faults = { refused: 0, requestLost: 0, answerLost: 0, doubled: 0, late: 0 }
    const held: Buffer[] = []
    const hubClock = { at: START }
    const send: SendBatch = async (token, body) => {
      if (clock.at < START + 30 * DAY) {
        faults.refused += 1
        return nothing
      }
      const die = random()
      if (die < 0.1) {
        faults.requestLost += 1
        return nothing
      }
      if (die < 0.2) {
        faults.answerLost += 1
        await deliver(token, body)
        return nothing
      }
      if (die < 0.3) {
        faults.doubled += 1
        await Promise.all([deliver(token, body), deliver(token, body)])
      }
      if (die < 0.4) held.push(body)
      else if (die < 0.5 && held.length > 0) {
        faults.late += 1
        await deliver(token, held.shift() ?? body)
      }
      return deliver(token, body)
    }
    const own = await hub(send, hubClock)
    for (let hour = 0; hour < DAYS * 24; hour += STEP) {
      clock.at = START + hour * 60 * MINUTE
      // The hub's clock runs up to twenty minutes ahead, then is set right.
      hubClock.at = clock.at + (hour % 48 < 24 ? 20 * MINUTE : 0)
      const quarters = Array.from({ length: 4 * STEP }, (_, i) => quarter(clock.at + i * 15 * MINUTE, hour * 20 + i))
      // And a quarter of the last days is corrected.
      const corrected = START + Math.floor(random() * (hour + 1)) * 60 * MINUTE
      await putAggregates(own.store.readingsWriter, [...quarters, quarter(corrected, 1_000_000 + hour)], hubClock.at)
      await own.agent.run()
    }
    for (let i = 0; i < 300 && (await outboxState(own.store.readings, hubClock.at)).waiting > 0; i++) {
      hubClock.at = clock.at += 61 * MINUTE
      await own.agent.run()
    }
    const sent = await own.store.readings.selectFrom('outbox').selectAll().execute()
    const rows = await centralRows()
    const wrong = sent.filter((row) => {
      const there = rows.get(`${row.kind} ${row.start} ${row.subject}`)
      const { prodotta_wh } = JSON.parse(row.body) as { prodotta_wh: number }
      return !there || there.produced !== prodotta_wh
    })
    expect(
      Object.values(faults).every((count) => count > 0),
      JSON.stringify(faults),
    ).toBe(true)
    expect({ lost: wrong.length, there: rows.size }).toEqual({ lost: 0, there: DAYS * 24 * 4 })
    const total = await central.db
      .selectFrom('hub_day')
      .select((eb) => [eb.fn.sum<number>('quarters').as('quarters'), eb.fn.sum<number>('produced_wh').as('wh')])
      .executeTakeFirstOrThrow()
    const wh = sent.reduce((sum, row) => sum + (JSON.parse(row.body) as { prodotta_wh: number }).prodotta_wh, 0)
    expect({ quarters: total.quarters, wh: total.wh }).toEqual({ quarters: DAYS * 24 * 4, wh })
  })

  test('a hub that comes back from an old backup counts on from what the central holds', async () => {
    const hubClock = { at: clock.at }
    const own = await hub(deliver, hubClock)
    await putAggregates(own.store.readingsWriter, [quarter(START, 77)], hubClock.at)
    await own.agent.run()
    const rows = await centralRows()
    const [row] = await own.store.readings.selectFrom('outbox').selectAll().execute()
    expect(rows.get(`comunita_15m ${START / 1000} `)).toEqual({ version: row?.version, produced: 77 })
    expect(row?.sent_version).toBe(row?.version)
  })

  test('rows that the central refuses are held back with the reason, and the others go on', async () => {
    const hubClock = { at: clock.at + 5 * 60 * MINUTE }
    const own = await hub(deliver, hubClock)
    const future = clock.at - (clock.at % (15 * MINUTE)) + 4 * 60 * MINUTE
    const past = START + 100 * 15 * MINUTE
    await putAggregates(own.store.readingsWriter, [quarter(future, 1), quarter(past, 424_242)], hubClock.at)
    await own.agent.run()
    const state = await readSyncState<SyncState>(own.store.readings, 'agent')
    expect(state?.problem).toMatch(/^422: .*an hour ahead/)
    expect(await outboxState(own.store.readings, hubClock.at)).toMatchObject({ waiting: 1, held: 1 })
    expect((await centralRows()).get(`comunita_15m ${past / 1000} `)?.produced).toBe(424_242)
    clock.at += 5 * 60 * MINUTE
    hubClock.at = clock.at + 61 * MINUTE
    await own.agent.run()
    expect(await outboxState(own.store.readings, hubClock.at)).toMatchObject({ waiting: 0 })
    expect((await readSyncState<SyncState>(own.store.readings, 'agent'))?.problem).toBe(null)
  })
})

test('nothing is collected or sent without an agreement, nothing is sent while paused, and what goes out was on record before', async () => {
  const clock = { at: START }
  const calls: string[] = []
  let agreement: { paused: boolean; houses: boolean } | null = null
  const own = await hub(
    async (_, body) => {
      const [kept] = await recentBatches(own.store.readingsWriter, 1)
      calls.push(kept?.body === body.toString('base64') ? 'sent as kept' : 'sent unseen')
      return { ok: false, error: { status: 503, detail: 'later', errors: [], retryAfterS: 30 } }
    },
    clock,
    {
      agreement: () => agreement,
      collect: async () => {
        calls.push('collected')
        await putAggregates(own.store.readingsWriter, [quarter(START, 5)], clock.at)
      },
    },
  )
  await own.agent.run()
  expect(calls).toEqual([])
  agreement = { paused: true, houses: false }
  await own.agent.run()
  expect(calls).toEqual(['collected'])
  agreement = { paused: false, houses: false }
  await own.agent.run()
  expect(calls).toEqual(['collected', 'sent as kept'])
  const first = (await recentBatches(own.store.readings, 1))[0]
  clock.at += 10_000
  await own.agent.run()
  expect(calls, 'the central asked for half a minute').toHaveLength(2)
  clock.at += 60_000
  await own.agent.run()
  expect(calls.at(-1)).toBe('sent as kept')
  const [again] = await recentBatches(own.store.readings, 2)
  expect(again).toEqual(first)
  expect(JSON.parse(textOf(again?.body ?? ''))).toMatchObject({ hub: 'uno', righe: [{ versione: 1 }] })
})

test('a batch that tells of houses does not go out once that is withdrawn', async () => {
  const clock = { at: START }
  const bodies: string[] = []
  let houses = true
  const own = await hub(
    async (_, body) => {
      bodies.push(textOf(body.toString('base64')))
      return { ok: false, error: { status: 0, detail: 'gone', errors: [], retryAfterS: null } }
    },
    clock,
    { agreement: () => ({ paused: false, houses }) },
  )
  const day = {
    giorno: '2026-05-01',
    prodotta_wh: 1,
    consumata_wh: 1,
    prelevata_wh: 1,
    immessa_wh: 1,
    copertura: 1,
    picco_wp: 1,
  }
  const row = { kind: 'casa_giorno', start: START / 1000, subject: 'casa_A', body: JSON.stringify(day) }
  await putAggregates(own.store.readingsWriter, [row, quarter(START, 5)], clock.at)
  await own.agent.run()
  expect(bodies[0]).toContain('casa_A')
  houses = false
  const { takeBackHouses } = await import('../hub/store/outbox.ts')
  await takeBackHouses(own.store.readingsWriter, clock.at)
  clock.at += 2 * 60 * MINUTE
  await own.agent.run()
  expect(bodies).toHaveLength(2)
  expect(bodies[1]).not.toContain('casa_A')
})
