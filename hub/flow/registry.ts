import type { CleaningRun } from '../domain/cleaning-run.ts'
import type { Settings } from '../domain/settings.ts'
import { openRuns } from '../store/cleanings.ts'
import type { KeyedHouse } from '../store/houses.ts'
import { listHouses } from '../store/houses.ts'
import type { StoredLoad } from '../store/loads.ts'
import { listLoads } from '../store/loads.ts'
import type { TokenRole } from '../store/people.ts'
import { hasAdmin, listTokens } from '../store/people.ts'
import { readSettings } from '../store/settings.ts'
import type { ControlDb } from '../store/store.ts'
import { dataVersion } from '../store/store.ts'

/** Houses, tokens and settings as they stand, frozen: what every message and request is judged by. */
export interface RegistrySnapshot {
  readonly houses: ReadonlyMap<string, KeyedHouse>
  /** Relay loads by house; houses without any are not there. */
  readonly loads: ReadonlyMap<string, readonly StoredLoad[]>
  /** House -> when its loads were armed before their first week was over. */
  readonly armed: ReadonlyMap<string, number>
  /** Houses whose cleaning is proposed, approved or under way. */
  readonly cleaning: readonly CleaningRun[]
  readonly settings: Settings
  /** False until somebody can administer the hub. */
  readonly hasAdmin: boolean
  /** SHA-256 of the token, hex -> what it may. */
  readonly tokens: ReadonlyMap<string, { readonly role: TokenRole; readonly house: string | null }>
}

type OnChange = (snapshot: RegistrySnapshot, before: RegistrySnapshot | null) => void

/** Keeps the snapshot in memory and notices, within a second, what a command changed in the database. */
export class Registry {
  readonly #db: ControlDb
  readonly #onChange: OnChange
  #snapshot: RegistrySnapshot | null = null
  #version = -1
  #timer: NodeJS.Timeout | null = null

  /** `db` must be a connection that itself never writes: its data version then tells of every change. */
  constructor(db: ControlDb, onChange: OnChange = () => {}) {
    this.#db = db
    this.#onChange = onChange
  }

  get current(): RegistrySnapshot {
    if (!this.#snapshot) throw new Error('registry used before it was started')
    return this.#snapshot
  }

  /** Reads what there is, then looks every second; `onPoll` is told how each look went: the error, or null. */
  async start(onPoll: (error: unknown) => void): Promise<void> {
    await this.refresh()
    this.#timer = setInterval(
      () =>
        void this.refresh().then(
          () => onPoll(null),
          (error: unknown) => onPoll(error),
        ),
      POLL_MS,
    )
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer)
  }

  /** Reads again when the database has changed since. */
  async refresh(): Promise<void> {
    const version = await dataVersion(this.#db)
    if (version === this.#version && this.#snapshot) return
    const [houses, { loads, armed }, settings, tokens, admin, cleaning] = await Promise.all([
      listHouses(this.#db),
      listLoads(this.#db),
      readSettings(this.#db),
      listTokens(this.#db),
      hasAdmin(this.#db),
      openRuns(this.#db),
    ])
    const before = this.#snapshot
    this.#version = version
    this.#snapshot = {
      houses: new Map(houses.map((h) => [h.id, h])),
      loads,
      armed,
      cleaning,
      settings,
      hasAdmin: admin,
      tokens: new Map(
        tokens.filter((t) => t.revokedAt === null).map((t) => [t.tokenHash, { role: t.role, house: t.house }]),
      ),
    }
    this.#onChange(this.#snapshot, before)
  }
}

const POLL_MS = 1000
