import { sql } from 'kysely'
import { HUB_SILENT_AFTER } from '../../hub/domain/presence.ts'
import type { Central, CentralDb } from './database.ts'

/** A time in which a hub was not heard; `closedAt` null = it still is not. Instants in epoch ms. */
export interface Silence {
  readonly hub: string
  readonly heardAt: number
  readonly openedAt: number
  readonly closedAt: number | null
  /** The last that was known of why: what it was refused for, else what it complained of; '' = nothing. */
  readonly cause: string
}

/**
 * Notes hubs that have fallen silent, with the last known cause, and those that are heard again. Two statements of the
 * database, the same whoever makes them and how often: any number of processes may.
 */
export async function watchSilence({ db }: Pick<Central, 'db'>, now: number): Promise<void> {
  await sql`
    insert into hub_silence (hub, heard_at, opened_at, cause)
    select id, seen_at, seen_at + ${sql.lit(HUB_SILENT_AFTER)}, coalesce(problem, (
      select data from aggregate where aggregate.hub = h.id and kind = 'salute' order by start desc limit 1
    ), '')
    from hub h where revoked_at is null and seen_at < ${now - HUB_SILENT_AFTER}
    on conflict (hub, heard_at) do nothing`.execute(db)
  await sql`
    update hub_silence set closed_at = (select coalesce(max(revoked_at), max(seen_at)) from hub where hub.id = hub_silence.hub)
    where closed_at is null and exists (
      select 1 from hub where hub.id = hub_silence.hub and (hub.seen_at > hub_silence.heard_at or revoked_at is not null)
    )`.execute(db)
}

/** The newest silences, of all hubs or of one. */
export async function silencesOf(db: CentralDb, hub: string | null, limit = 50): Promise<Silence[]> {
  const rows = await db
    .selectFrom('hub_silence')
    .selectAll()
    .$if(hub !== null, (query) => query.where('hub', '=', hub ?? ''))
    .orderBy('opened_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    hub: row.hub,
    heardAt: row.heard_at,
    openedAt: row.opened_at,
    closedAt: row.closed_at,
    cause: causeOf(row.cause),
  }))
}

/** Of a hub's last word on its health the reasons it was unwell for. */
function causeOf(stored: string): string {
  if (!stored.startsWith('{')) return stored
  const { motivi = [] } = JSON.parse(stored) as { motivi?: string[] }
  return motivi.join(', ')
}
