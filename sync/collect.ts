import type { z } from 'zod'
import type { AlertCode } from '../hub/domain/alert.ts'
import { type EmissionFactor, factorOn } from '../hub/domain/co2.ts'
import { qualityOf } from '../hub/domain/slot.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../hub/domain/time.ts'
import { readHours } from '../hub/store/hours.ts'
import type { OutboxRow } from '../hub/store/outbox.ts'
import { forgetTakenBack, putAggregates, readSyncState, takeBackHouses, writeSyncState } from '../hub/store/outbox.ts'
import { oldestSlot, readQuarters } from '../hub/store/quarters.ts'
import type { ReadingsDb } from '../hub/store/store.ts'
import type { alertRecord, communitySlot, forecastScore, houseDay, nodeHealth } from './protocol.ts'

/** What the aggregates are made of, as it stands now. */
export interface Street {
  readonly now: number
  readonly zone: string
  readonly factors: readonly EmissionFactor[]
  readonly houses: readonly { readonly id: string; readonly peakPower: number }[]
  /** The community has agreed to tell of single houses. */
  readonly tellHouses: boolean
  readonly alerts: readonly {
    readonly id: number
    readonly house: string
    readonly code: AlertCode
    readonly openedAt: number
    readonly closedAt: number | null
  }[]
  readonly heard: number
  readonly firmware: Readonly<Record<string, number>>
  readonly reasons: readonly string[]
}

type Aggregate = Omit<OutboxRow, 'version'>

const QUARTER = 15 * MINUTE
/** What comes in a moment late is waited for. */
const LATE = 2 * MINUTE
/** Fewer houses than these in a total, and it would tell of one of them. */
export const LEAST_HOUSES = 3
/** Readings may come a week late. */
const DAYS_AGAIN = 8

/**
 * Brings the outbox up to what is known: the days never walked, then yesterday and today, once a day the last eight, and at every time one older day more, so that
 * what was changed long ago is found as well. Each day is a short query of its own.
 */
export async function collect(read: ReadingsDb, write: ReadingsDb, street: Street): Promise<void> {
  if (!street.tellHouses) await takeBackHouses(write, street.now)
  await forgetTakenBack(write)
  const today = Temporal.Instant.fromEpochMilliseconds(street.now).toZonedDateTimeISO(street.zone).startOfDay()
  const oldest = await oldestSlot(read)
  if (oldest !== null) {
    const state = await readSyncState<{ walked: string; patrol: number }>(read, 'walk')
    const first = Temporal.Instant.fromEpochMilliseconds(oldest).toZonedDateTimeISO(street.zone).startOfDay()
    const age = Math.round((today.epochMilliseconds - first.epochMilliseconds) / DAY)
    const day = today.toPlainDate().toString()
    const walked = state ? Math.max(0, daysBetween(state.walked, day)) + 1 : age
    const back = Math.min(age, Math.max(state?.walked === day ? 1 : DAYS_AGAIN, walked))
    const patrol = ((state?.patrol ?? 0) + 1) % (age + 1)
    for (const days of new Set([...(patrol > back ? [patrol] : []), ...range(back)]))
      await putAggregates(write, await ofDay(read, street, today.subtract({ days })), street.now)
    await writeSyncState(write, 'walk', { walked: day, patrol })
  }
  await putAggregates(write, [...ofAlerts(street), ofHealth(street), ...(await ofForecasts(read, street))], street.now)
}

/** From `last` down to 0: the oldest day first. */
function range(last: number): number[] {
  return Array.from({ length: last + 1 }, (_, i) => last - i)
}

function daysBetween(from: string, to: string): number {
  return Temporal.PlainDate.from(from).until(to).days
}

/** A civil day's quarters, and its houses where that was agreed and the day is over. */
async function ofDay(read: ReadingsDb, street: Street, start: Temporal.ZonedDateTime): Promise<Aggregate[]> {
  const end = start.add({ days: 1 }).startOfDay()
  const from = start.epochMilliseconds
  const to = Math.min(end.epochMilliseconds, street.now - LATE)
  const day = start.toPlainDate().toString()
  const gKwh = factorOn(day, street.factors)?.gPerKwh ?? null
  const peak = street.houses.reduce((sum, house) => sum + house.peakPower, 0)
  const quarters = (await readQuarters(read, { from, to: to - (to % QUARTER) })).filter(
    (quarter) => quarter.houses >= LEAST_HOUSES || street.tellHouses,
  )
  const rows = quarters.map((q): Aggregate => {
    const shared = q.importedWh === null || q.exportedWh === null ? null : Math.min(q.importedWh, q.exportedWh)
    const dati: z.infer<typeof communitySlot> = {
      prodotta_wh: tenth(q.producedWh),
      consumata_wh: tenth(q.consumedWh),
      prelevata_wh: tenth(q.importedWh),
      immessa_wh: tenth(q.exportedWh),
      copertura: fourth(q.coverage),
      condivisa_wh: tenth(shared),
      picco_wp: peak,
      case: q.houses,
      g_kwh: gKwh,
    }
    return { kind: 'comunita_15m', start: q.start / SECOND, subject: '', body: JSON.stringify(dati) }
  })
  const over = end.epochMilliseconds <= street.now - LATE
  return street.tellHouses && over ? [...rows, ...(await ofHouses(read, street, { from, to, day }))] : rows
}

async function ofHouses(
  read: ReadingsDb,
  street: Street,
  { from, to, day }: { from: number; to: number; day: string },
): Promise<Aggregate[]> {
  const peaks = new Map(street.houses.map((house) => [house.id, house.peakPower]))
  const hours = await readHours(read, { from: from - (from % HOUR), to })
  return [...Map.groupBy(hours, (hour) => hour.house)].flatMap(([house, own]) => {
    const peak = peaks.get(house)
    if (peak === undefined) return []
    const sum = (of: (energy: (typeof own)[number]['energy']) => number) =>
      own.reduce((all, h) => all + of(h.energy), 0)
    const duration = (to - from) / SECOND
    const covered = (measured: number, estimated: number) => qualityOf(measured, estimated, duration).coverage
    const production = covered(
      sum((e) => e.productionMeasuredS),
      sum((e) => e.productionEstimatedS),
    )
    const consumption = covered(
      sum((e) => e.consumptionMeasuredS),
      sum((e) => e.consumptionEstimatedS),
    )
    const exchange = covered(
      sum((e) => e.exchangeMeasuredS),
      sum((e) => e.exchangeEstimatedS),
    )
    const known = (coverage: number, wh: number) => (coverage > 0 ? tenth(Math.max(0, wh)) : null)
    const dati: z.infer<typeof houseDay> = {
      giorno: day,
      prodotta_wh: known(
        production,
        sum((e) => e.producedWh),
      ),
      consumata_wh: known(
        consumption,
        sum((e) => e.consumedWh),
      ),
      prelevata_wh: known(
        exchange,
        sum((e) => e.importedWh),
      ),
      immessa_wh: known(
        exchange,
        sum((e) => e.exportedWh),
      ),
      copertura: Math.max(production, consumption),
      picco_wp: peak,
    }
    return [{ kind: 'casa_giorno', start: from / SECOND, subject: house, body: JSON.stringify(dati) }]
  })
}

function ofAlerts({ alerts, tellHouses }: Street): Aggregate[] {
  return alerts.map(({ id, house, code, openedAt, closedAt }) => {
    const start = Math.floor(openedAt / SECOND)
    const dati: z.infer<typeof alertRecord> = {
      codice: code,
      casa: tellHouses ? house : null,
      aperto: start,
      chiuso: closedAt === null ? null : Math.floor(closedAt / SECOND),
    }
    return { kind: 'avviso', start, subject: String(id), body: JSON.stringify(dati) }
  })
}

function ofHealth(street: Street): Aggregate {
  const dati: z.infer<typeof nodeHealth> = {
    case: street.houses.length,
    sentite: street.heard,
    avvisi_aperti: street.alerts.filter((alert) => alert.closedAt === null).length,
    firmware: street.firmware,
    motivi: [...street.reasons].toSorted(),
  }
  const start = (street.now - (street.now % HOUR)) / SECOND
  return { kind: 'salute', start, subject: '', body: JSON.stringify(dati) }
}

/** The community's forecasts of the last eight days that have been scored. */
async function ofForecasts(read: ReadingsDb, { now }: Street): Promise<Aggregate[]> {
  const rows = await read
    .selectFrom('forecast_day')
    .selectAll()
    .where('house', '=', '')
    .where('start', '>=', now - DAYS_AGAIN * DAY)
    .execute()
  return rows.map((row) => {
    const dati: z.infer<typeof forecastScore> = {
      giorno: row.day,
      fonte: row.source,
      p10_wh: tenth(row.p10_wh) ?? 0,
      p50_wh: tenth(row.p50_wh) ?? 0,
      p90_wh: tenth(row.p90_wh) ?? 0,
      misurata_wh: tenth(row.fact_wh) ?? 0,
    }
    return { kind: 'previsione', start: Math.floor(row.start / SECOND), subject: '', body: JSON.stringify(dati) }
  })
}

/** Rounded, so that the same energy summed in another order is no correction. */
function tenth(wh: number | null): number | null {
  return wh === null ? null : Math.round(Math.max(0, wh) * 10) / 10
}

function fourth(share: number): number {
  return Math.round(share * 1e4) / 1e4
}
