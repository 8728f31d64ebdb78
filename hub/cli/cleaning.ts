import { isOpen } from '../domain/cleaning-run.ts'
import { isoSeconds } from '../domain/time.ts'
import type { StoredCleaning } from '../store/cleanings.ts'
import { decideCleaning, listCleanings } from '../store/cleanings.ts'
import type { ControlDb } from '../store/store.ts'
import type { Call, Command } from './command.ts'
import { Failure, wrongUsage } from './command.ts'
import { atDesk, houseOf } from './data.ts'
import { table } from './table.ts'

const HOUSE = { house: { value: 'ID', help: 'only this house of the proposal' } }

export const commands: readonly Command[] = [
  {
    name: 'cleaning list',
    summary: 'show the proposals to clean panels, and what came of them',
    args: [],
    options: {},
    example: 'solar-family cleaning list',
    run: list,
  },
  {
    name: 'cleaning approve',
    summary: 'let the houses of a proposal be cleaned: each node runs once, at a time that is safe for the glass',
    args: ['NUMBER'],
    options: HOUSE,
    example: 'solar-family cleaning approve 3',
    run: (call) => decide(call, 'approve'),
  },
  {
    name: 'cleaning refuse',
    summary: 'turn a proposal down, or end what was approved',
    args: ['NUMBER'],
    options: HOUSE,
    example: 'solar-family cleaning refuse 3 --house casa_A',
    run: (call) => decide(call, 'refuse'),
  },
]

async function list(call: Call): Promise<number> {
  return atDesk(call, async ({ db }) => {
    const cleanings = await listCleanings(db)
    const headings = ['NUMBER', 'AT', 'LOSS %', 'GAIN EUR', 'COST EUR', 'HOUSE', 'STATE', 'WHY', 'RECOVERY %']
    const rows = cleanings.flatMap(({ id, at, verdict, money, runs }) =>
      runs.map((run) => [
        ...[id, isoSeconds(at), percent(verdict?.loss), money?.gainEur ?? null, money?.costEur ?? null],
        ...[run.house, run.state, run.why],
        run.outcome === null || run.outcome === 'tooLate' ? null : percent(run.outcome.recovery),
      ]),
    )
    call.report(
      cleanings,
      rows.length === 0
        ? 'No cleaning has been proposed: the hub proposes one when the whole community loses more than it costs.'
        : table(headings, rows, call.terminal.out),
    )
    return 0
  })
}

async function decide(call: Call, what: 'approve' | 'refuse'): Promise<number> {
  const text = call.arg('NUMBER')
  const proposal = Number(text)
  if (!Number.isSafeInteger(proposal) || proposal < 1)
    throw wrongUsage(`"${text}" is not the number of a proposal: see "solar-family cleaning list".`)
  const only = call.text('house')
  return atDesk(call, async ({ db, now, log, who }) => {
    if (only !== undefined) await houseOf(db, only)
    const cleaning = await cleaningOf(db, proposal)
    const decision = { proposal, house: only ?? null, who, at: now }
    const houses =
      what === 'approve'
        ? await decideCleaning(db, { ...decision, what })
        : [
            ...(await decideCleaning(db, { ...decision, what })),
            ...(await decideCleaning(db, { ...decision, what: 'stop' })),
          ]
    if (houses.length === 0) throw new Failure(nothingLeft(cleaning, only))
    await log(`cleaning.${what}`, { proposal, houses })
    call.report(
      { proposal, houses },
      what === 'approve'
        ? `Approved for ${houses.join(', ')}: each is cleaned once, when frost, sun and wind allow it.`
        : `Turned down for ${houses.join(', ')}.`,
    )
    return 0
  })
}

async function cleaningOf(db: ControlDb, id: number): Promise<StoredCleaning> {
  const cleanings = await listCleanings(db, 1000)
  const cleaning = cleanings.find((c) => c.id === id)
  if (cleaning) return cleaning
  const open = cleanings.filter((c) => c.runs.some(isOpen)).map((c) => c.id)
  throw new Failure(
    `There is no proposal ${id}${open.length === 0 ? '' : ` (open: ${open.join(', ')})`}: see "solar-family cleaning list".`,
  )
}

function nothingLeft({ id, runs }: StoredCleaning, house: string | undefined): string {
  const own = runs.filter((run) => house === undefined || run.house === house)
  const states = own.map((run) => `${run.house} is ${run.state}`).join(', ')
  return own.length === 0
    ? `Proposal ${id} has no house "${house}": it has ${runs.map((r) => r.house).join(', ')}.`
    : `Nothing of proposal ${id} waits for that: ${states}.`
}

function percent(share: number | undefined): number | null {
  return share === undefined ? null : Math.round(share * 1000) / 10
}
