import type { FieldError, Result } from '../../hub/domain/result.ts'
import { fail, ok } from '../../hub/domain/result.ts'
import { sharedEnergy, sharePart } from '../../hub/domain/sharing.ts'
import type { SlotView } from '../../hub/domain/slot.ts'
import { emptySlot, viewSlot } from '../../hub/domain/slot.ts'
import { DAY, HOUR, isoSeconds, MINUTE, SECOND, SLOT } from '../../hub/domain/time.ts'
import type { HourSum, StoredSlot } from '../../hub/store/hours.ts'
import { sumHours } from '../../hub/store/hours.ts'
import { readSlots } from '../../hub/store/readings.ts'
import type { HubDeps } from '../deps.ts'
import { parseDay } from '../queries/day.ts'
import { exchangesByHour, sumOf } from '../queries/energy.ts'

export const STEPS = ['5m', '15m', '1h', '1d', '1mo'] as const
export type Step = (typeof STEPS)[number]

interface Interval {
  readonly start: number
  readonly end: number
}

export interface HistoryQuestion {
  readonly from: number
  readonly to: number
  readonly step: Step
  /** null = the community. */
  readonly house: string | null
}

interface HistoryRow extends SlotView {
  readonly start: number
  readonly end: number
  readonly sharedWh: number | null
}

const STEP_MS: Record<Exclude<Step, '1d' | '1mo'>, number> = { '5m': SLOT, '15m': 15 * MINUTE, '1h': HOUR }
export const MAX_ROWS = 10_000

/** The question as asked in the query string, or what is wrong with it. */
export function parseHistory(
  query: Record<string, string | undefined>,
  now: number,
  zone: string,
): Result<HistoryQuestion, FieldError[]> {
  const step = STEPS.find((s) => s === (query['passo'] ?? '1h'))
  const { from, to, errors } = parseSpan(query, now, zone)
  if (!step) errors.unshift({ campo: 'passo', valore: query['passo'], atteso: `one of ${STEPS.join(', ')}` })
  if (step && errors.length === 0) {
    const rows = (to - from) / (step === '1d' ? DAY : step === '1mo' ? 28 * DAY : STEP_MS[step])
    if (rows > MAX_ROWS)
      errors.push({ campo: 'passo', valore: step, atteso: `at most ${MAX_ROWS} rows: a longer step or a shorter time` })
  }
  return step && errors.length === 0 ? ok({ from, to, step, house: query['casa'] ?? null }) : fail(errors)
}

/** `da` (included, a day before `a` where it is not given) and `a` (excluded, now), and what is wrong with them. */
export function parseSpan(
  query: Record<string, string | undefined>,
  now: number,
  zone: string,
): { from: number; to: number; errors: FieldError[] } {
  const errors: FieldError[] = []
  const instant = (campo: 'da' | 'a', fallback: number) => {
    const text = query[campo]
    const at = text === undefined ? fallback : parseInstant(text, zone)
    if (at === null)
      errors.push({
        campo,
        valore: text,
        atteso: 'an ISO time such as 2026-06-21T00:00:00Z, or a date such as 2026-06-21',
      })
    return at ?? fallback
  }
  const to = instant('a', now)
  const from = instant('da', to - DAY)
  if (errors.length === 0 && from >= to) errors.push({ campo: 'da', valore: query['da'], atteso: 'before "a"' })
  return { from, to, errors }
}

/** An ISO instant with its offset, or the first instant of a civil date in the zone. */
function parseInstant(text: string, zone: string): number | null {
  const day = parseDay(text)
  if (day) return day.toZonedDateTime(zone).epochMilliseconds
  try {
    return Temporal.Instant.from(text).epochMilliseconds
  } catch {
    return null
  }
}

/** Bounds of the intervals of a question: aligned to the epoch, or to the community's days and months. */
export function intervals({ from, to, step }: HistoryQuestion, zone: string): Interval[] {
  const bounds: Interval[] = []
  if (step === '1d' || step === '1mo') {
    const unit = step === '1d' ? { days: 1 } : { months: 1 }
    let date = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone).toPlainDate()
    if (step === '1mo') date = date.with({ day: 1 })
    for (; ; date = date.add(unit)) {
      const start = date.toZonedDateTime(zone).epochMilliseconds
      if (start >= to) return bounds
      bounds.push({ start, end: date.add(unit).toZonedDateTime(zone).epochMilliseconds })
    }
  }
  const length = STEP_MS[step]
  for (let start = Math.floor(from / length) * length; start < to; start += length)
    bounds.push({ start, end: start + length })
  return bounds
}

/** `GET /api/storico/`. */
export async function history(deps: HubDeps, question: HistoryQuestion) {
  const zone = deps.registry().settings.zone
  const { step } = question
  const members = Math.max(1, deps.registry().houses.size)
  const bounds = intervals(question, zone)
  const rows =
    step === '5m' || step === '15m'
      ? await fineRows(deps, bounds, STEP_MS[step], question.house, members)
      : (await sumHours(deps.readings, bounds, question.house)).map((sum, i) =>
          hourRow(bounds[i] ?? NO_INTERVAL, sum, question.house, members),
        )
  return { casa: question.house, passo: step, fuso: zone, righe: rows.map(toWire) }
}

const NO_INTERVAL: Interval = { start: 0, end: 0 }

function hourRow({ start, end }: Interval, sum: HourSum | null, house: string | null, members: number): HistoryRow {
  const { energy, givenWh, takenWh } = sum ?? { energy: emptySlot(), givenWh: null, takenWh: null }
  const sharedWh = house === null || givenWh === null ? givenWh : givenWh + (takenWh ?? 0)
  const view = viewSlot(energy, ((end - start) / SECOND) * (house === null ? members : 1))
  const row = { ...view, sharedWh, start, end }
  if (house !== null) return row
  return {
    ...row,
    importedWh: sharedWh === null ? null : energy.importedWh,
    exportedWh: sharedWh === null ? null : energy.exportedWh,
  }
}

/** Rows shorter than the hour, which live as long as the slots do. */
async function fineRows(
  deps: HubDeps,
  bounds: readonly Interval[],
  groupMs: number,
  house: string | null,
  members: number,
): Promise<HistoryRow[]> {
  const rows: HistoryRow[] = []
  for (const window of windows(bounds)) {
    const from = window[0]?.start ?? 0
    const slots = await readSlots(deps.readings, { from, to: window.at(-1)?.end ?? from, groupMs })
    let next = 0
    for (const interval of window) {
      const first = next
      while ((slots[next]?.start ?? Number.POSITIVE_INFINITY) < interval.end) next += 1
      rows.push(historyRow(interval, slots.slice(first, next), house, members))
    }
  }
  return rows
}

const WINDOW = 32 * DAY

/** Cut into pieces of about a month: a year of a street is not read at once. */
function windows(bounds: readonly Interval[]): Interval[][] {
  const cut: Interval[][] = []
  for (const interval of bounds) {
    const current = cut.at(-1)
    if (current && interval.end - (current[0]?.start ?? interval.start) <= WINDOW) current.push(interval)
    else cut.push([interval])
  }
  return cut
}

function historyRow(
  { start, end }: Interval,
  slots: readonly StoredSlot[],
  house: string | null,
  members: number,
): HistoryRow {
  const own = house === null ? slots : slots.filter((s) => s.house === house)
  const durationS = ((end - start) / SECOND) * (house === null ? members : 1)
  let sharedWh: number | null = null
  let importedWh: number | null = null
  let exportedWh: number | null = null
  for (const exchanges of exchangesByHour(slots).values()) {
    if (house === null) {
      const interval = sharedEnergy(exchanges)
      sharedWh = (sharedWh ?? 0) + interval.sharedWh
      importedWh = (importedWh ?? 0) + interval.gridImportWh
      exportedWh = (exportedWh ?? 0) + interval.gridExportWh
    } else {
      const mine = exchanges.find((e) => e.id === house)
      if (!mine) continue
      const { givenWh, takenWh } = sharePart(mine, exchanges)
      sharedWh = (sharedWh ?? 0) + givenWh + takenWh
    }
  }
  const view = viewSlot(sumOf(own), durationS)
  return house === null ? { ...view, importedWh, exportedWh, sharedWh, start, end } : { ...view, sharedWh, start, end }
}

function toWire(row: HistoryRow) {
  return {
    inizio: isoSeconds(row.start),
    durata_s: (row.end - row.start) / SECOND,
    prodotta_wh: round(row.producedWh),
    consumata_wh: round(row.consumedWh),
    prelevata_wh: round(row.importedWh),
    immessa_wh: round(row.exportedWh),
    condivisa_wh: round(row.sharedWh),
    qualita: row.quality,
    copertura: row.coverage,
  }
}

const COLUMNS = [
  'inizio',
  'durata_s',
  'prodotta_wh',
  'consumata_wh',
  'prelevata_wh',
  'immessa_wh',
  'condivisa_wh',
  'qualita',
  'copertura',
] as const

/** The same rows as CSV; what is missing is empty. */
export function historyCsv(answer: Awaited<ReturnType<typeof history>>): string {
  const lines = answer.righe.map((row) => COLUMNS.map((column) => row[column] ?? '').join(','))
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`
}

function round(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1000) / 1000
}
