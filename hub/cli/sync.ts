import { nextBatchText } from '../../sync/preview.ts'
import type { SyncSettings } from '../domain/settings.ts'
import { isoSeconds } from '../domain/time.ts'
import { readTokenFile } from '../io/token-file.ts'
import { outboxState, readSyncState, recentBatches, wakeSync } from '../store/outbox.ts'
import { readSettings, writeSettings } from '../store/settings.ts'
import { openStore } from '../store/store.ts'
import type { Call, Command } from './command.ts'
import { Failure } from './command.ts'
import { atDesk, type Desk, osUser } from './data.ts'

export const commands: readonly Command[] = [
  {
    name: 'sync status',
    summary: 'show what was agreed, what was sent, what waits and why',
    args: [],
    options: {},
    example: 'solar-family sync status',
    run: status,
  },
  {
    name: 'sync preview',
    summary: 'show what goes out next, byte for byte',
    args: [],
    options: {},
    example: 'solar-family sync preview',
    run: preview,
  },
  {
    name: 'sync enroll',
    summary: 'join the central of central.url with the code it gave',
    args: ['CODE'],
    options: {},
    example: 'solar-family sync enroll K7MW-3FQP',
    run: enroll,
  },
  {
    name: 'sync rotate',
    summary: 'take a new token from the central; the old one ends when it is first used',
    args: [],
    options: {},
    example: 'solar-family sync rotate',
    run: rotate,
  },
  {
    name: 'sync agree',
    summary: 'let totals of the community go to the central',
    args: [],
    options: { houses: { value: null, help: 'and daily totals of single houses: the community must have agreed' } },
    example: 'solar-family sync agree',
    run: agree,
  },
  {
    name: 'sync withdraw',
    summary: 'end the agreement: nothing is sent any more',
    args: [],
    options: { houses: { value: null, help: 'only that on single houses; what was sent of them is taken back' } },
    example: 'solar-family sync withdraw --houses',
    run: withdraw,
  },
  {
    name: 'sync pause',
    summary: 'send nothing until told to; what is collected waits',
    args: [],
    options: {},
    example: 'solar-family sync pause',
    run: (call) => setPaused(call, true),
  },
  {
    name: 'sync resume',
    summary: 'go on sending',
    args: [],
    options: {},
    example: 'solar-family sync resume',
    run: (call) => setPaused(call, false),
  },
]

async function status(call: Call): Promise<number> {
  return atDesk(call, async ({ db, config, now }) => {
    const { sync } = await readSettings(db)
    const store = await openStore(config.dataDir)
    try {
      const outbox = await outboxState(store.readings, now)
      const agent = await readSyncState<{ problem: string | null; nextAt: number }>(store.readings, 'agent')
      const last = (await recentBatches(store.readings, 20)).find((batch) => batch.answeredAt !== null)
      const time = (at: number | null | undefined) => (at ? isoSeconds(at) : null)
      const value = {
        url: config.central.url,
        hub: readTokenFile(config.central.tokenFile)?.hub ?? null,
        agreed: sync.agreed && { at: isoSeconds(sync.agreed.at), by: sync.agreed.by },
        houses: sync.houses && { at: isoSeconds(sync.houses.at), by: sync.houses.by },
        paused: sync.paused,
        waiting: outbox.waiting,
        held: outbox.held,
        last_sent: time(last?.answeredAt),
        problem: agent?.problem ?? null,
        next: time(agent?.nextAt),
      }
      const line = (name: string, text: unknown) => `${name.padEnd(10)}${text ?? '-'}`
      call.report(
        value,
        [
          line('central', value.url ?? 'none: set central.url'),
          line('hub', value.hub ?? 'not enrolled: solar-family sync enroll CODE'),
          line('agreed', sync.agreed ? `${value.agreed?.at} by ${sync.agreed.by}` : 'no: solar-family sync agree'),
          line('houses', sync.houses ? `${value.houses?.at} by ${sync.houses.by}` : 'no'),
          line('paused', sync.paused ? 'yes' : 'no'),
          line('waiting', `${outbox.waiting}${outbox.held > 0 ? `, ${outbox.held} of them held back` : ''}`),
          line('last sent', value.last_sent),
          line('problem', value.problem),
        ].join('\n'),
      )
      return 0
    } finally {
      await store.close()
    }
  })
}

async function preview(call: Call): Promise<number> {
  return atDesk(call, async ({ db, config, now }) => {
    const { senderOf } = await import('../start-sync.ts')
    const hub = readTokenFile(config.central.tokenFile)?.hub ?? '?'
    const store = await openStore(config.dataDir)
    try {
      const next = await nextBatchText(store.readings, senderOf(await readSettings(db), hub), now)
      if (next === null) call.report(null, 'Nothing waits to be sent.')
      else call.terminal.out.write(`${next.text}\n`)
      return 0
    } finally {
      await store.close()
    }
  })
}

async function enroll(call: Call): Promise<number> {
  return atDesk(call, async (desk) => {
    const { enrolHub } = await import('../start-sync.ts')
    const problem = await enrolHub(desk.config, call.arg('CODE'))
    if (problem !== null) throw new Failure(problem)
    const hub = readTokenFile(desk.config.central.tokenFile)?.hub ?? ''
    await desk.log('sync.enroll', { url: desk.config.central.url, hub })
    await wake(desk)
    call.report({ hub }, `This hub is ${hub} at ${desk.config.central.url}.`)
    return 0
  })
}

async function rotate(call: Call): Promise<number> {
  return atDesk(call, async (desk) => {
    const { rotateToken } = await import('../start-sync.ts')
    const problem = await rotateToken(desk.config)
    if (problem !== null) throw new Failure(problem)
    await desk.log('sync.rotate', { url: desk.config.central.url })
    await wake(desk)
    call.report({}, 'There is a new token; the old one ends when it is first used.')
    return 0
  })
}

async function agree(call: Call): Promise<number> {
  return atDesk(call, async (desk) => {
    const { sync } = await readSettings(desk.db)
    const act = { at: desk.now, by: `cli:${osUser()}` }
    const houses = call.flag('houses') ? (sync.houses ?? act) : sync.houses
    await change(desk, 'sync.agree', { agreed: sync.agreed ?? act, houses, paused: false })
    call.report(
      { houses: houses !== null },
      houses ? 'Totals and daily values of houses are sent.' : 'Totals are sent.',
    )
    return 0
  })
}

async function withdraw(call: Call): Promise<number> {
  return atDesk(call, async (desk) => {
    const { sync } = await readSettings(desk.db)
    const only = call.flag('houses')
    await change(desk, 'sync.withdraw', { ...sync, houses: null, agreed: only ? sync.agreed : null })
    call.report({}, only ? 'Single houses are no longer told of.' : 'Nothing is sent any more.')
    return 0
  })
}

async function setPaused(call: Call, paused: boolean): Promise<number> {
  return atDesk(call, async (desk) => {
    const { sync } = await readSettings(desk.db)
    if (!paused && !sync.agreed)
      throw new Failure('Nothing was agreed, so there is nothing to resume: see "solar-family sync agree --help".')
    await change(desk, paused ? 'sync.pause' : 'sync.resume', { ...sync, paused })
    call.report({ paused }, paused ? 'Nothing is sent until "solar-family sync resume".' : 'Sending goes on.')
    return 0
  })
}

async function change(desk: Desk, what: string, sync: SyncSettings): Promise<void> {
  await writeSettings(desk.db, { sync }, desk.now)
  await desk.log(what, sync)
  if (sync.agreed && !sync.paused) await wake(desk)
}

async function wake({ config }: Desk): Promise<void> {
  const store = await openStore(config.dataDir)
  try {
    await wakeSync(store.readingsWriter)
  } finally {
    await store.close()
  }
}
