import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { dayStart } from '../../hub/domain/community-day.ts'
import { HOUR } from '../../hub/domain/time.ts'
import { runChore } from '../../hub/store/chore.ts'
import { openDatabase } from '../../hub/store/database.ts'
import { SLOT_COLUMNS } from '../../hub/store/schema.ts'
import { migrateFile } from '../../hub/store/store.ts'
import { GRID, ROOFS, streetDays, TURIN } from '../../test/support/clear-street.ts'
import { dataFolder } from './folders.ts'
import type { Row } from './row.ts'
import { rows } from './row.ts'

const HOUSES = 100
/** Enough that the learned peers are at their fullest. */
const DAYS = 58

/** Judging the plants of a large street: one night's day in a thread of its own, and what the hub's own thread feels of it. */
export async function measureDiagnosis(): Promise<Row[]> {
  const file = join(dataFolder(), 'readings.db')
  await migrateFile(file, 'readings')
  const roofs = Array.from({ length: HOUSES }, (_, i) => ({
    ...ROOFS[i % ROOFS.length],
    id: `casa_${i}`,
    peakPower: 3_000 + 50 * (i % 40),
    plane: { tilt: 10 + (i % 25), azimuth: 95 + ((i * 37) % 170) },
  }))
  const days = streetDays(DAYS + 1, undefined, roofs)
  const db = openDatabase({ name: 'readings', file, readonly: false })
  const put = db.prepare(
    `insert into hour (house, start, final, ${SLOT_COLUMNS.join(', ')}) values (?, ?, 0, ?, ?, 0, 0, 3600, 0, 3600, 0, 3600, 0)`,
  )
  db.transaction(() => {
    for (const day of days)
      for (const [house, { produced, consumed }] of day.houses)
        for (let h = 0; h < 24; h += 1) put.run(house, dayStart(GRID, day.day) + h * HOUR, produced[h], consumed[h])
    db.exec(
      `insert into community_hour select distinct start, ${SLOT_COLUMNS.map(() => '0').join(', ')}, null from hour`,
    )
  })()
  db.close()
  const houses = roofs.map((roof) => ({ ...roof, battery: false }))
  const request = { readings: file, site: TURIN, houses, threshold: 0.85, minHouses: 3 }
  const at = (age: number) => dayStart(GRID, (days[0]?.day ?? 0) + age) + 3 * HOUR
  const first = await runChore('diagnose', { ...request, now: at(DAYS - 1) })
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const night = await runChore('diagnose', { ...request, now: at(DAYS) })
  delay.disable()
  const hour = await runChore('diagnose', { ...request, now: at(DAYS) + 9 * HOUR })
  return rows(
    `diagnosis of the plants, ${HOUSES} houses`,
    ['nightly job, in its own thread', night.tookMs, 'ms'],
    ['hourly look at the running day, in its own thread', hour.tookMs, 'ms'],
    [`catching up with ${first.judgedDays} days`, first.tookMs / 1000, 's'],
    ["longest wait of the hub's own thread meanwhile", delay.max / 1e6, 'ms'],
  )
}
