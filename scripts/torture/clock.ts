import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { storeFiles } from '../../hub/store/store.ts'
import type { Running } from '../../test/support/hub-process.ts'
import { dataFolder } from '../../test/support/hub-process.ts'
import { readingsOf } from '../../test/support/readings-of.ts'
import { compare } from '../../test/support/steady-node.ts'
import { preloaded } from './preload.ts'
import type { Row } from './row.ts'
import { rows } from './row.ts'
import type { Street } from './street.ts'
import { cyclesOf, healthOf, makeStreet, seconds, secondsUntil } from './street.ts'

const HOUR_S = 3_600
/** Three ticks, with some to spare. */
const STEPPED_MS = 16_000

/** The wall clock is set while the hub runs, and back again; and shows 1970 when it starts. */
export async function clockTrial(): Promise<Row[]> {
  return [
    ...(await setAndBack('clock one hour back', -HOUR_S)),
    ...(await setAndBack('clock one day forward', 24 * HOUR_S)),
    ...(await atBoot()),
  ]
}

interface Faked {
  readonly street: Street
  readonly env: Readonly<Record<string, string>>
  readonly set: (offsetS: number) => void
}

async function faked(): Promise<Faked> {
  const library = preloaded('faketime', 'clock steps', 'faketime/libfaketimeMT.so.1')
  const file = join(dataFolder(), 'offset')
  const set = (offsetS: number) => writeFileSync(file, `${offsetS < 0 ? '' : '+'}${Math.round(offsetS)}\n`)
  set(0)
  const street = await makeStreet(50)
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  }
  return { street, env, set }
}

async function setAndBack(trial: string, step: number): Promise<Row[]> {
  const { street, env, set } = await faked()
  const hub = await street.start(env, '--set', 'tick.interval_s=5')
  await street.node.start(hub.ready.mqtt_port)
  await sleep(4_000)
  const cycles = (await cyclesOf(hub, street.reader)) ?? 0
  set(step)
  const told = await secondsUntil(async () => (await healthOf(hub, street.reader))?.reasons.includes('clock') === true)
  await sleep(STEPPED_MS)
  const ticks = ((await cyclesOf(hub, street.reader)) ?? 0) - cycles
  const kept = doubtful(street)
  set(0)
  return [
    ...rows(
      trial,
      ['said by /healthz after', seconds(told), 'within 60 s', told !== null],
      [`cycles in ${STEPPED_MS / 1000} s after it`, ticks, '2 to 5', ticks >= 2 && ticks <= 5],
      ['readings marked as time-uncertain', kept, 'over 0', kept > 0],
    ),
    ...(await afterwards(trial, street, hub)),
  ]
}

async function atBoot(): Promise<Row[]> {
  const trial = 'clock at 1970 at boot'
  const { street, env, set } = await faked()
  const before = await street.start(env, '--set', 'tick.interval_s=5')
  await street.node.start(before.ready.mqtt_port)
  await sleep(3_000)
  await street.node.stop()
  await before.stop()
  set(60 - Date.now() / 1000)
  const hub = await street.start(env, '--set', 'tick.interval_s=5')
  await street.node.start(hub.ready.mqtt_port)
  const told = await secondsUntil(async () => (await healthOf(hub, street.reader))?.reasons.includes('clock') === true)
  await sleep(8_000)
  const kept = doubtful(street)
  set(0)
  return [
    ...rows(
      trial,
      ['said by /healthz after', seconds(told), 'within 60 s', told !== null],
      ['readings marked as time-uncertain', kept, 'over 0', kept > 0],
    ),
    ...(await afterwards(trial, street, hub)),
  ]
}

/** The clock is right again: what must have become of the readings, the slots and the alerts. */
async function afterwards(trial: string, street: Street, hub: Running): Promise<Row[]> {
  const well = await secondsUntil(async () => (await healthOf(hub, street.reader))?.status === 200)
  const dated = await secondsUntil(() => doubtful(street) === 0)
  await street.node.stop()
  await hub.stop()
  const { lost, doubled } = compare(street.node.acknowledged, readingsOf(street.data))
  const { most, least, elsewhere, alerts } = judge(street)
  return rows(
    trial,
    [
      'put right: relied on, all dated after',
      `${seconds(well)}, ${seconds(dated)}`,
      'within 60 s',
      well !== null && dated !== null,
    ],
    [
      'acknowledged and lost, or stored twice',
      `${lost}, ${doubled} of ${street.node.acknowledged.size}`,
      '0, 0',
      lost + doubled === 0,
    ],
    ['most seconds measured in a slot', most.toFixed(1), 'at most 300', most <= 300.001],
    ['least energy of a slot, any channel', `${least.toFixed(2)} Wh`, '0 or more', least >= 0],
    ['slots at times at which nothing was measured', elsewhere, '0', elsewhere === 0],
    ['alerts opened', alerts, '0', alerts === 0],
  )
}

function doubtful(street: Street): number {
  return asked(
    street,
    (db) => db.prepare('select count(*) from reading where clock_doubt is not null').pluck().get() as number,
  )
}

function judge(street: Street) {
  const now = Date.now()
  const slots = asked(street, (db) =>
    db
      .prepare(
        `select max(max(production_measured_s, consumption_measured_s, exchange_measured_s)) as most,
         min(min(produced_wh, consumed_wh, imported_wh, exported_wh)) as least,
         sum(start > ? or start < ?) as elsewhere from slot`,
      )
      .get(now, now - 900_000),
  ) as { most: number; least: number; elsewhere: number }
  const control = new Database(storeFiles(street.data).control, { readonly: true })
  try {
    return { ...slots, alerts: control.prepare('select count(*) from alert').pluck().get() as number }
  } finally {
    control.close()
  }
}

function asked<T>(street: Street, question: (db: Database.Database) => T): T {
  const db = new Database(storeFiles(street.data).readings, { readonly: true, timeout: 5_000 })
  try {
    return question(db)
  } finally {
    db.close()
  }
}
