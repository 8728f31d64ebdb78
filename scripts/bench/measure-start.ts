import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { runsHere } from '../../test/support/packaged.ts'
import type { Arch } from '../package/arch.ts'
import { dataFolder } from './folders.ts'
import { importHouses } from './houses.ts'
import { readProcess } from './process-usage.ts'
import type { Row } from './row.ts'
import { mib, rows } from './row.ts'
import { median } from './samples.ts'
import type { Server } from './servers.ts'
import { executableOf, startExecutable, startHubServer } from './servers.ts'

const IDLE_MS = 3000

/** From spawn to the line that says ready, and what an idle hub takes: from the checkout, and as one executable. */
export async function measureStart({ starts }: { starts: number }): Promise<Row[]> {
  const data = dataFolder()
  await importHouses(data, 12)
  const arch = process.arch as Arch
  const result = await times('start, 12 houses', () => startHubServer(data), starts)
  if (!runsHere(arch)) return result
  const launcher = executableOf(arch)
  const begin = () => startExecutable(launcher, data)
  result.push(...(await times('the same, one executable', begin, starts)))
  if (process.getuid?.() === 0) result.push(...(await times('the same, nothing of it in memory', begin, starts, true)))
  return result
}

async function times(measure: string, begin: () => Promise<Server>, starts: number, cold = false): Promise<Row[]> {
  const seconds: number[] = []
  const idle = { rss: Number.NaN, dirty: Number.NaN }
  for (let i = 0; i < starts; i += 1) {
    if (cold) forgetFiles()
    const spawned = performance.now()
    const hub = await begin()
    seconds.push((performance.now() - spawned) / 1000)
    if (i === starts - 1) {
      await setTimeout(IDLE_MS)
      const { rssKb, privateDirtyKb } = readProcess(hub.pid)
      Object.assign(idle, { rss: mib(rssKb), dirty: mib(privateDirtyKb) })
    }
    await hub.stop()
  }
  return rows(
    measure,
    [`spawn to ready, median of ${starts}`, median(seconds), 's'],
    ['VmRSS, idle', idle.rss, 'MiB'],
    ['private dirty, idle', idle.dirty, 'MiB'],
  )
}

/** As after the machine was switched on: the kernel's copies of files are dropped. */
function forgetFiles(): void {
  execFileSync('sync')
  writeFileSync('/proc/sys/vm/drop_caches', '3')
}
