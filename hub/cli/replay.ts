import { setTimeout } from 'node:timers/promises'
import { CsvFormatError } from '../codec/csv.ts'
import { isoSeconds } from '../domain/time.ts'
import { Health } from '../flow/health.ts'
import { Ingest } from '../flow/ingest.ts'
import { Live } from '../flow/live.ts'
import type { ReplayTally } from '../flow/replay.ts'
import { runReplay } from '../flow/replay.ts'
import { formatStep, parseReplayMap, parseStep } from '../flow/replay-columns.ts'
import type { ReplayFile } from '../flow/replay-rows.ts'
import { openReplay, ReplayError } from '../flow/replay-rows.ts'
import { systemClock } from '../io/clock.ts'
import { listHouses } from '../store/houses.ts'
import { openStore } from '../store/store.ts'
import type { Call, Command } from './command.ts'
import { Failure, wrongUsage } from './command.ts'
import type { Desk } from './data.ts'
import { atDesk } from './data.ts'
import { Progress } from './progress.ts'
import { REPLAY_OPTIONS } from './replay-options.ts'

export const commands: readonly Command[] = [
  {
    name: 'replay',
    summary: 'take the readings of a CSV file into the history, gzipped or not',
    args: ['FILE.csv'],
    required: ['map'],
    options: { ...REPLAY_OPTIONS, house: { value: 'ID', help: 'the house, where the file has no column for it' } },
    example:
      'solar-family replay year.csv.gz --map ts=time_utc,casa=house,produzione_kwh=pv_kwh,consumo_kwh=load_kwh --step 1h',
    run: replay,
  },
]

/** Rows are gathered this long, ms. */
const COMMIT_INTERVAL_MS = 20
/** Between two commits the file is left to a running hub this long, ms. */
const PAUSE_MS = 20

async function replay(call: Call): Promise<number> {
  const columns = parseReplayMap(call.texts('map').join(','), call.text('house') ?? null)
  if (!columns.ok) throw wrongUsage(columns.error)
  const step = call.text('step')
  const stepMs = step === undefined ? null : parseStep(step)
  if (stepMs && !stepMs.ok) throw wrongUsage(stepMs.error)
  const name = call.arg('FILE.csv')
  try {
    // Opened before the data folder, whose owner we may have to become and who may not read the file.
    const file = await openReplay(name, columns.value, stepMs?.value ?? null)
    if (file.inferred && file.stepMs !== null)
      call.note(
        `The rows are ${formatStep(file.stepMs)} apart, taken as the length of their intervals (--step gives another).`,
      )
    return await atDesk(call, (desk) => carryOut(call, desk, name, file))
  } catch (error) {
    if (error instanceof ReplayError) throw new Failure(error.message)
    if (error instanceof CsvFormatError) throw new Failure(`${name}: ${error.message}.`)
    throw error
  }
}

async function carryOut(call: Call, desk: Desk, name: string, file: ReplayFile): Promise<number> {
  const houses = new Map((await listHouses(desk.db)).map((h) => [h.id, h]))
  const store = await openStore(desk.config.dataDir)
  const health = new Health()
  const ingest = new Ingest({
    now: systemClock.now,
    commitIntervalMs: COMMIT_INTERVAL_MS,
    store: async (batch) => {
      const outcome = await store.ingest(batch)
      await setTimeout(PAUSE_MS)
      return outcome
    },
    live: new Live(),
    health,
  })
  const progress = new Progress(call.terminal.err)
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  let tally = null as ReplayTally | null
  const onProgress = (sofar: ReplayTally, share: number) => {
    tally = sofar
    progress.show(share, sofar.rows)
  }
  try {
    await runReplay({ file, houses, ingest, now: systemClock.now, signal: stop.signal, onProgress })
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    await store.close()
    const { rows = 0, stored = 0, duplicates = 0 } = tally ?? {}
    await desk.log('replay', { file: name, rows, stored, duplicates })
    // Where the file is damaged, what came before the damage is stored: that is said as well.
    if (tally) report(call, tally, progress)
  }
  return verdict(tally, health)
}

function report(call: Call, tally: ReplayTally, progress: Progress): void {
  progress.end()
  const { rows, stored, duplicates, refused, from, to } = tally
  const seconds = Math.round(progress.seconds * 100) / 100
  const span = from === null || to === null ? null : { from: isoSeconds(from), to: isoSeconds(to) }
  const outcome = {
    righe: rows,
    inserite: stored,
    duplicate: duplicates,
    rifiutate: Object.fromEntries([...refused].map(([reason, { count }]) => [reason, count])),
    secondi: seconds,
    dal: span?.from ?? null,
    al: span?.to ?? null,
  }
  call.report(outcome, summary(tally, seconds, span))
  for (const line of refusals(tally)) call.note(line)
}

/** 0 when the file was of any use; else why it was not. */
function verdict(tally: ReplayTally | null, health: Health): number {
  const { rows = 0, stored = 0, duplicates = 0, failed = null, stopped = false } = tally ?? {}
  if (failed !== null) {
    const why = health.details[0]?.detail ?? failed
    throw new Failure(`The readings cannot be stored (${why}); ${stored} rows were stored before that.`)
  }
  if (stopped)
    throw new Failure(`Interrupted after ${rows} rows; what was read is stored. The same command takes up the rest.`)
  if (rows === 0) throw new Failure('The file has no rows; nothing was stored.')
  if (stored + duplicates === 0) throw new Failure('No row of the file could be used; nothing was stored.')
  return 0
}

function summary(
  { rows, stored, duplicates, refused }: ReplayTally,
  seconds: number,
  span: { from: string; to: string } | null,
): string {
  const refusedRows = [...refused.values()].reduce((sum, { count }) => sum + count, 0)
  const history = span ? ` The history holds them from ${span.from} to ${span.to}.` : ''
  return `${rows} rows in ${seconds} s: ${stored} stored, ${duplicates} stored before, ${refusedRows} refused.${history}`
}

const MOST_HOUSES_NAMED = 20

/** Why rows were refused, and what to do about it. */
function refusals({ refused, unknownHouses }: ReplayTally): string[] {
  const reasons = [...refused].map(([reason, { count, line, refusal }]) => {
    const field = refusal.campo === '' ? '' : `${refusal.campo} `
    return `${count} refused as ${reason}, first on line ${line}: ${field}${JSON.stringify(refusal.valore)}, expected ${refusal.atteso}.`
  })
  const unknown = [...unknownHouses]
    .slice(0, MOST_HOUSES_NAMED)
    .map(([id, count]) => `  ${count} rows of "${id}": solar-family house add ${id} --peak W`)
  if (unknown.length === 0) return reasons
  const more = unknownHouses.size - unknown.length
  return [
    ...reasons,
    'Houses the community does not have; add them and replay again:',
    ...unknown,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]
}
