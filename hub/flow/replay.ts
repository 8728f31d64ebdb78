import type { House } from '../domain/house.ts'
import type { Refusal, RefusalReason } from '../domain/reading.ts'
import { checkInterval } from '../domain/reading.ts'
import type { Ingest, Outcome } from './ingest.ts'
import type { ReplayFile, ReplayRow, RowResult } from './replay-rows.ts'

export interface RefusedRows {
  count: number
  /** The first of them in the file. */
  line: number
  refusal: Refusal
}

/** What a replay has come to so far. */
export interface ReplayTally {
  /** Rows read from the file; each is stored, a duplicate or refused once it is settled. */
  rows: number
  stored: number
  duplicates: number
  readonly refused: Map<RefusalReason, RefusedRows>
  /** Ids of the file that are no houses of the community -> their rows. */
  readonly unknownHouses: Map<string, number>
  /** The time that is now in the history, epoch ms. */
  from: number | null
  to: number | null
  /** Code of the storage failure that ended it, or null. */
  failed: string | null
  stopped: boolean
}

export interface ReplayOptions {
  readonly file: ReplayFile
  readonly houses: ReadonlyMap<string, House>
  readonly ingest: Ingest
  readonly now: () => number
  /** Ends the replay after the commit that is running. */
  readonly signal: AbortSignal
  /** `share` of the file that is done, 0..1. */
  readonly onProgress?: (tally: ReplayTally, share: number) => void
  /** Most rows that wait for their commit. */
  readonly maxPending?: number
}

/** Small enough that a hub which stores its own readings in between never waits long. */
const MAX_PENDING = 2000

/**
 * Rows are put in order of time before they are stored, so many at a time: files that list house after house would
 * otherwise write every page of the history once per house.
 */
const SORTED_AT_ONCE = 200_000
const BATCH = 500

/** Boot under which replayed powers are stored: a row that comes a second time is then a duplicate. */
const REPLAY_BOOT = 0

/** Sends the rows of a file through the ingest path. Settles when everything it took is stored or refused. */
export async function runReplay(options: ReplayOptions): Promise<ReplayTally> {
  const { file, houses, ingest, signal, maxPending = MAX_PENDING } = options
  const tally: ReplayTally = {
    rows: 0,
    stored: 0,
    duplicates: 0,
    refused: new Map(),
    unknownHouses: new Map(),
    from: null,
    to: null,
    failed: null,
    stopped: false,
  }
  let pending = 0
  let wake: (() => void) | null = null

  const take = (row: ReplayRow, outcome: Promise<Outcome>) => {
    pending += 1
    void outcome.then((settled) => {
      pending -= 1
      count(tally, row, settled)
      if (pending <= maxPending / 2) wake?.()
    })
  }

  let gathered = 0
  const progress = () => {
    const settled = tally.rows - pending
    options.onProgress?.(tally, (settled / Math.max(1, gathered)) * (file.bytesRead() / Math.max(1, file.size)))
  }
  try {
    for await (const window of windows(file.rows, signal)) {
      gathered += window.length
      for (const row of window) {
        if (pending >= maxPending) await new Promise<void>((resolve) => (wake = resolve))
        if (signal.aborted || tally.failed !== null) break
        tally.rows += 1
        if (!row.ok) refuse(tally, row.error.line, row.error.refusal)
        else {
          const house = houses.get(row.value.house)
          if (house) take(row.value, send(ingest, house, row.value, options.now()))
          else refuseUnknown(tally, row.value)
        }
        if (tally.rows % BATCH === 0) progress()
      }
      if (signal.aborted || tally.failed !== null) break
    }
  } finally {
    await ingest.flush()
    tally.stopped = signal.aborted
    progress()
  }
  return tally
}

/** The rows of a file, each window in order of time; what an error cuts short comes before the error. */
async function* windows(batches: ReplayFile['rows'], signal: AbortSignal): AsyncGenerator<RowResult[]> {
  let window: RowResult[] = []
  const inOrder = (rows: RowResult[]) => rows.sort((a, b) => timeOf(a) - timeOf(b))
  try {
    for await (const batch of batches) {
      window.push(...batch)
      if (signal.aborted) break
      if (window.length < SORTED_AT_ONCE) continue
      yield inOrder(window)
      window = []
    }
  } catch (error) {
    if (window.length > 0) yield inOrder(window)
    throw error
  }
  if (window.length > 0) yield inOrder(window)
}

function timeOf(row: RowResult): number {
  return row.ok ? row.value.at : 0
}

function send(ingest: Ingest, house: House, row: ReplayRow, now: number): Promise<Outcome> {
  if (row.kind === 'energy') {
    const checked = checkInterval(row, house, now)
    return checked.ok ? ingest.interval(house, checked.value) : ingest.refuse(house.id, checked.error)
  }
  // A house without a plant produces nothing: its production is known without being measured.
  const production = row.productionW ?? (house.peakPower === 0 ? 0 : null)
  if (production === null) {
    return ingest.refuse(house.id, {
      reason: 'formato',
      campo: 'produzione_w',
      valore: null,
      atteso: 'a production: a consumption alone is no reading',
    })
  }
  const identity = { ts: row.at / 1000, boot: REPLAY_BOOT, seq: row.at }
  if (row.consumptionW === null)
    return ingest.reading(house, 'produzione', { ...identity, potenza_w: production }, 'replay')
  return ingest.reading(
    house,
    'bilancio',
    { ...identity, produzione_w: production, consumo_w: row.consumptionW },
    'replay',
  )
}

function count(tally: ReplayTally, row: ReplayRow, outcome: Outcome): void {
  switch (outcome.kind) {
    case 'failed':
      tally.failed = outcome.code
      return
    case 'refused':
      refuse(tally, row.line, outcome.refusal)
      return
    case 'stored':
    case 'duplicate': {
      if (outcome.kind === 'stored') tally.stored += 1
      else tally.duplicates += 1
      const end = row.at + (row.kind === 'energy' ? row.durationMs : 0)
      tally.from = Math.min(tally.from ?? row.at, row.at)
      tally.to = Math.max(tally.to ?? end, end)
    }
  }
}

function refuseUnknown(tally: ReplayTally, { line, house }: ReplayRow): void {
  tally.unknownHouses.set(house, (tally.unknownHouses.get(house) ?? 0) + 1)
  refuse(tally, line, {
    reason: 'casa_sconosciuta',
    campo: 'casa',
    valore: house,
    atteso: 'the id of a house of the community',
  })
}

function refuse(tally: ReplayTally, line: number, refusal: Refusal): void {
  const sofar = tally.refused.get(refusal.reason)
  if (!sofar) tally.refused.set(refusal.reason, { count: 1, line, refusal })
  else {
    sofar.count += 1
    if (line < sofar.line) Object.assign(sofar, { line, refusal })
  }
}
