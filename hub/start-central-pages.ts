import { randomBytes } from 'node:crypto'
import type { Central } from '../sync/central/database.ts'
import { beginPersonSession, endPersonSession, findPerson, listPeople, sessionPerson } from '../sync/central/people.ts'
import { alertsOfHub, auditOf, daysOfHub, hubsNow, isAlive, monthOfHubs } from '../sync/central/queries.ts'
import { silencesOf } from '../sync/central/silence.ts'
import { centralPages } from '../ui/central/app.tsx'
import { installAssets } from '../ui/view/assets.ts'
import { projectText } from './bundled.ts'
import { programVersion } from './cli/version.ts'
import type { HubConfig } from './config.ts'
import { DAY } from './domain/time.ts'
import type { Clock } from './io/clock.ts'
import type { Log } from './io/log.ts'
import { verifyPassword } from './io/password.ts'
import { hashKey } from './store/key-hash.ts'

const SESSION_MS = 30 * DAY

/** The pages over a central's database. */
export function startCentralPages({
  config,
  central,
  clock,
  log,
}: {
  config: HubConfig
  central: Central
  clock: Clock
  log: Log
}) {
  installAssets(projectText)
  const { db } = central
  return centralPages({
    now: () => clock.now(),
    version: programVersion(),
    hubs: () => hubsNow(db),
    month: (month) => monthOfHubs(db, month),
    days: (hub, month) => daysOfHub(db, hub, month),
    alerts: (hub) => alertsOfHub(db, hub),
    silences: (hub) => silencesOf(db, hub),
    audit: () => auditOf(db),
    people: () => listPeople(db),
    alive: () => isAlive(db),
    find: (name) => findPerson(db, name),
    verify: verifyPassword,
    session: {
      begin: async (person) => {
        const id = randomBytes(32).toString('base64url')
        const now = clock.now()
        await beginPersonSession(db, { idHash: hashKey(id), person, now, until: now + SESSION_MS })
        return { id, maxAgeS: SESSION_MS / 1000 }
      },
      person: (id) => sessionPerson(db, hashKey(id), clock.now()),
      end: (id) => endPersonSession(db, hashKey(id)),
    },
    allowedHosts: config.http.allowedHosts,
    log,
  })
}
