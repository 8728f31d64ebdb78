import { setTimeout } from 'node:timers/promises'
import { dataFolder } from './folders.ts'
import { importHouses } from './houses.ts'
import { readProcess } from './process-usage.ts'
import type { Row } from './row.ts'
import { mib, rows } from './row.ts'
import { median } from './samples.ts'
import { startHubServer } from './servers.ts'

const IDLE_MS = 3000

/** From spawn to the line that says ready, and what an idle hub takes. */
export async function measureStart({ starts }: { starts: number }): Promise<Row[]> {
  const data = dataFolder()
  await importHouses(data, 12)
  const seconds: number[] = []
  const idle = { rss: Number.NaN, dirty: Number.NaN }
  for (let i = 0; i < starts; i += 1) {
    const spawned = performance.now()
    const hub = await startHubServer(data)
    seconds.push((performance.now() - spawned) / 1000)
    if (i === starts - 1) {
      await setTimeout(IDLE_MS)
      const { rssKb, privateDirtyKb } = readProcess(hub.pid)
      Object.assign(idle, { rss: mib(rssKb), dirty: mib(privateDirtyKb) })
    }
    await hub.stop()
  }
  return rows(
    'start, 12 houses',
    [`spawn to ready, median of ${starts}`, median(seconds), 's'],
    ['VmRSS, idle', idle.rss, 'MiB'],
    ['private dirty, idle', idle.dirty, 'MiB'],
  )
}
