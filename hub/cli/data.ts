import { userInfo } from 'node:os'
import type { HubConfig } from '../config.ts'
import { didYouMean } from '../domain/did-you-mean.ts'
import { systemClock } from '../io/clock.ts'
import { becomeOwnerOf } from '../io/privileges.ts'
import type { KeyedHouse } from '../store/houses.ts'
import { listHouses } from '../store/houses.ts'
import { audit } from '../store/people.ts'
import type { ControlDb } from '../store/store.ts'
import { openControl } from '../store/store.ts'
import type { Call } from './command.ts'
import { Failure } from './command.ts'

/** The control database as a command uses it. */
export interface Desk {
  readonly db: ControlDb
  readonly config: HubConfig
  readonly now: number
  /** Whoever typed the command. */
  readonly who: string
  /** Keeps what was done, under the name of whoever did it. */
  readonly log: (what: string, detail: unknown) => Promise<void>
}

/** Opens the control database for one command, beside a running hub or without one. */
export async function atDesk<T>(call: Call, work: (desk: Desk) => Promise<T>): Promise<T> {
  const who = `cli:${osUser()}`
  const { config } = await call.config()
  becomeOwnerOf(config.dataDir)
  const db = await openControl(config.dataDir)
  try {
    const now = systemClock.now()
    return await work({
      db,
      config,
      now,
      who,
      log: (what, detail) => audit(db, { at: systemClock.now(), who, what, detail }),
    })
  } finally {
    await db.destroy()
  }
}

/** The house of an id, or a failure that names the nearest one. */
export async function houseOf(db: ControlDb, id: string): Promise<KeyedHouse> {
  const houses = await listHouses(db)
  const house = houses.find((h) => h.id === id)
  if (house) return house
  throw new Failure(
    `There is no house "${id}"${didYouMean(
      id,
      houses.map((h) => h.id),
    )}: see "solar-family house list".`,
  )
}

/** Who typed the command: under sudo, the person behind it. */
export function osUser(): string {
  const behind = process.env['SUDO_USER']
  if (behind) return behind
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`
  }
}
