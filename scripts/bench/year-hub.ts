import { retentionDue } from '../../hub/domain/retention.ts'
import { DAY, HOUR } from '../../hub/domain/time.ts'
import { openDatabase } from '../../hub/store/database.ts'
import { Housekeeper } from '../../hub/store/housekeeper.ts'
import { storeFiles } from '../../hub/store/store.ts'
import { runJson, start } from '../../test/support/hub-process.ts'
import { dataFolder } from './folders.ts'
import { importHouses } from './houses.ts'
import { Samples } from './samples.ts'
import { makeYear } from './year-database.ts'

const RETENTION = { rawDays: 7, slotMonths: 13 }
const ZONE = 'Europe/Rome'

/** A hub on `days` of slots and, before them, `years` of hours, all rolled up; and somebody who may ask it anything. */
export async function hubWithYears(size: { houses: number; days: number; years: number }) {
  const data = dataFolder()
  const houses = await importHouses(data, size.houses)
  const to = Math.floor(Date.now() / HOUR) * HOUR
  const from = to - size.days * DAY
  await makeYear(data, { houses: size.houses, hoursFrom: from - size.years * 365 * DAY, from, to }, 1)
  const rolled = rollUp(data, to + HOUR)
  const { password } = await runJson<{ password: string }>('user', 'add', 'ada', '--role', 'admin', '--data', data)
  const { token } = await runJson<{ token: string }>('token', 'create', '--role', 'bridge', '--data', data)
  const reader = await runJson<{ token: string }>('token', 'create', '--role', 'reader', '--data', data)
  const hub = await start('hub', '--data', data, '--bind', '127.0.0.1', '--set', 'log.level=warn')
  const { url } = hub.ready
  const cookie = await signIn(url, password)
  /** How long the whole answer took, ms. */
  const ask = async (path: string) => {
    const headers: Record<string, string> = path.startsWith('/api/')
      ? { authorization: `Bearer ${reader.token}` }
      : { cookie }
    const asked = performance.now()
    const answer = await fetch(url + path, { headers })
    await answer.arrayBuffer()
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
    return performance.now() - asked
  }
  return { houses, hub, ask, cookie, token, rolled }
}

function rollUp(data: string, now: number): { seconds: number; p99: number; longest: number } {
  const due = retentionDue(now, RETENTION, ZONE)
  const db = openDatabase({ name: 'readings', file: storeFiles(data).readings, readonly: false })
  const keeper = new Housekeeper(db)
  const steps = new Samples()
  const started = performance.now()
  for (let afterReading = 0; ; ) {
    const step = keeper.step({ now, due, delete: true, afterReading })
    if (step.did === 'nothing') break
    steps.add(step.tookMs)
    afterReading = step.afterReading
  }
  db.close()
  return { seconds: (performance.now() - started) / 1000, p99: steps.summary().p99, longest: steps.longest }
}

async function signIn(url: string, password: string): Promise<string> {
  const body = new URLSearchParams({ nome: 'ada', password, torna: '/' })
  const answer = await fetch(`${url}/accesso`, { method: 'POST', body, redirect: 'manual', headers: { origin: url } })
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}
