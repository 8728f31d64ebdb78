import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, ftruncateSync, openSync, readdirSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Reading } from '../../hub/domain/reading.ts'
import { HOUR, SECOND } from '../../hub/domain/time.ts'
import { stampedName } from '../../hub/store/backup.ts'
import { copyDatabase } from '../../hub/store/copy.ts'
import { openDatabase } from '../../hub/store/database.ts'
import { makeFolder } from '../../hub/store/folder.ts'
import { IngestWriter } from '../../hub/store/ingest-writer.ts'
import { CONTROL_COPY, SLOTS_COPY } from '../../hub/store/restore.ts'
import { updateSlotsCopy } from '../../hub/store/slots-copy.ts'
import { openStore, storeFiles } from '../../hub/store/store.ts'
import type { Running } from '../../test/support/hub-process.ts'
import type { Row } from './row.ts'
import { rows } from './row.ts'
import type { Street } from './street.ts'
import { ask, cyclesOf, healthOf, makeStreet, seconds, secondsUntil } from './street.ts'

type Kind = 'control' | 'readings'
type When = 'at start' | 'while running'

/** What befalls a file, in the open. */
const DAMAGES = {
  '4 pages of noise': (file: number, size: number) => {
    for (const share of [0.3, 0.5, 0.7, 0.9]) noise(file, Math.floor((size * share) / 4096) * 4096, 4096)
  },
  'the first 250 kB of noise': (file: number, size: number) => noise(file, 0, Math.min(size, 250_000)),
  'cut short': (file: number, size: number) => ftruncateSync(file, Math.floor((size * 0.6) / 4096) * 4096 + 100),
} as const
type Damage = keyof typeof DAMAGES

const UP_WITHIN_S = 10
const NOTICED_WITHIN_MS = 35_000
const HISTORY = 30 * HOUR
const LIMITS = { productionW: 3_750, consumptionW: 60_000 }

/** Every damage to either file, before a start and while the hub runs; `short` = one of each file and time. */
export async function corruptTrial(short: boolean): Promise<Row[]> {
  const result: Row[] = []
  const plainS = await plainStart()
  const damages = Object.keys(DAMAGES) as Damage[]
  for (const kind of ['readings', 'control'] as const)
    for (const when of ['at start', 'while running'] as const)
      for (const damage of short ? damages.slice(0, 1) : damages)
        result.push(...(await one(kind, when, damage, plainS)))
  return result
}

/** Seconds that a start takes here and now with nothing damaged. */
async function plainStart(): Promise<number> {
  const street = await makeStreet(50)
  await fillIn(street)
  const begun = performance.now()
  const hub = await street.start()
  const took = (performance.now() - begun) / 1000
  await hub.stop()
  return took
}

async function one(kind: Kind, when: When, damage: Damage, plainS: number): Promise<Row[]> {
  const street = await makeStreet(50)
  await fillIn(street)
  const file = storeFiles(street.data)[kind]
  const before = kept(street)
  const keysBefore = peopleOf(street)
  let hub: Running
  let up: number | null
  if (when === 'at start') {
    harm(file, damage)
    const begun = performance.now()
    hub = await street.start()
    up = (performance.now() - begun) / 1000
  } else {
    hub = await street.start({}, '--set', 'tick.interval_s=5')
    await street.node.start(hub.ready.mqtt_port)
    await secondsUntil(() => street.node.acknowledged.size > 20)
    harm(file, damage)
    // Somebody looks at all there is, and somebody changes something: so the damage is met.
    await ask(
      hub,
      `/api/storico/?casa=casa_A&passo=5m&da=${new Date(Date.now() - 2 * HISTORY).toISOString()}`,
      bearer(street),
    )
    await ask(hub, '/api/avvisi/', bearer(street))
    const from = { cycles: (await cyclesOf(hub, street.reader)) ?? 0, acknowledged: street.node.acknowledged.size }
    up = await secondsUntil(
      async () =>
        street.node.acknowledged.size > from.acknowledged + 20 && (await healthOf(hub, street.reader)) !== null,
    )
  }
  await street.node.start(hub.ready.mqtt_port)
  let aside = await secondsUntil(() => badFiles(street, kind) > 0, NOTICED_WITHIN_MS)
  const noticed = aside !== null
  if (!noticed) {
    // Pages that nobody reads are found by the night's look at all of them, and by the next start.
    await hub.stop()
    hub = await street.start()
    await street.node.start(hub.ready.mqtt_port)
    aside = await secondsUntil(() => badFiles(street, kind) > 0)
  }
  const well = await secondsUntil(async () => (await healthOf(hub, street.reader))?.status === 200)
  const reasons = (await healthOf(hub, street.reader))?.reasons.join() ?? 'no answer'
  await street.node.stop()
  const { code } = await hub.stop()
  const after = kept(street)
  const share = (table: 'reading' | 'slot') => (100 * after[table]) / before[table]
  const known = peopleOf(street) === keysBefore
  return rows(
    `${kind}.db ${when}: ${damage}`,
    [
      'control and measuring up after',
      seconds(up),
      `within ${UP_WITHIN_S} s, or of a start (${plainS.toFixed(1)} s)`,
      up !== null && up <= UP_WITHIN_S + plainS,
    ],
    ['noticed', noticed ? when : 'at the next start', 'reported', true],
    ['the damaged file is kept', aside === null ? 'no' : 'yes', 'yes', aside !== null],
    ['well again after', well === null ? `never: ${reasons}` : seconds(well), 'within 60 s', well !== null],
    ['slots brought back', `${share('slot').toFixed(1)} %`, '99 % or more', share('slot') >= 99],
    ['raw readings brought back', `${share('reading').toFixed(1)} %`, 'reported', true],
    ['houses and keys as before', known ? 'yes' : 'no', 'yes', known],
    ['stopped with', code ?? 'a signal', '0', code === 0],
  )
}

/** Thirty hours of a reading every 10 s, and the copies that the scheduled backups would have made. */
async function fillIn({ data }: Street): Promise<void> {
  await (await openStore(data)).close()
  const files = storeFiles(data)
  const now = Date.now()
  const db = openDatabase({ name: 'readings', file: files.readings, readonly: false })
  db.pragma('synchronous = OFF')
  const writer = new IngestWriter(db)
  const none = { producedWh: null, consumedWh: null, importedWh: null, exportedWh: null }
  for (let at = now - HISTORY; at < now - HOUR; at += HOUR) {
    const readings = Array.from({ length: 360 }, (_, i): Reading => {
      const measured = at + i * 10 * SECOND
      const seq = Math.round(measured / 10_000)
      return {
        house: 'casa_A',
        series: 'bilancio',
        at: measured,
        productionW: 1200,
        consumptionW: 400,
        boot: 0,
        seq,
        ...none,
      }
    })
    writer.commit({ now, readings, intervals: [], nodes: [], refusals: [], limits: { casa_A: LIMITS } })
  }
  db.close()
  const backups = join(data, 'backups')
  makeFolder(backups)
  await updateSlotsCopy({ from: files.readings, to: join(backups, SLOTS_COPY), since: null })
  await copyDatabase({
    from: files.control,
    to: join(backups, stampedName(CONTROL_COPY, now - HOUR, '.db')),
    withRaw: true,
  })
}

function harm(path: string, damage: Damage): void {
  const file = openSync(path, 'r+')
  try {
    DAMAGES[damage](file, statSync(path).size)
  } finally {
    closeSync(file)
  }
}

function noise(file: number, at: number, bytes: number): void {
  writeSync(file, randomBytes(bytes), 0, bytes, at)
}

/** Of what was there before the damage. */
function kept({ data }: Street): Record<'reading' | 'slot', number> {
  const db = new Database(storeFiles(data).readings, { readonly: true })
  try {
    const count = (sql: string) => db.prepare(sql).pluck().get() as number
    return {
      reading: count('select count(*) from reading where boot = 0'),
      slot: count(`select count(*) from slot where start < ${Date.now() - HOUR}`),
    }
  } finally {
    db.close()
  }
}

function peopleOf({ data }: Street): string {
  const db = new Database(storeFiles(data).control, { readonly: true })
  try {
    return JSON.stringify([
      db.prepare('select id, peak_w, key_hash from house').all(),
      db.prepare('select token_hash, role from token').all(),
    ])
  } finally {
    db.close()
  }
}

function badFiles({ data }: Street, kind: Kind): number {
  return existsSync(data) ? readdirSync(data).filter((name) => name.startsWith(`${kind}.db.corrupt-`)).length : 0
}

function bearer({ reader }: Street): Record<string, string> {
  return { authorization: `Bearer ${reader}` }
}
