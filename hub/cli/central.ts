import type { CentralDb } from '../../sync/central/database.ts'
import { addHub, auditCentral, CODE_LIFE_MS, listHubs, revokeHub } from '../../sync/central/hubs.ts'
import { CENTRAL_ROLES, putPerson, removePerson } from '../../sync/central/people.ts'
import { isHubId } from '../../sync/protocol.ts'
import { didYouMean } from '../domain/did-you-mean.ts'
import { isoSeconds } from '../domain/time.ts'
import { systemClock } from '../io/clock.ts'
import { makeLog } from '../io/log.ts'
import { hashPassword } from '../io/password.ts'
import { becomeOwnerOf } from '../io/privileges.ts'
import { makeCode } from '../io/random-key.ts'
import { systemdSupervisor } from '../io/systemd.ts'
import { StartError } from '../start-error.ts'
import { hashKey } from '../store/key-hash.ts'
import { userNameProblem } from '../store/people.ts'
import { askPassword } from './ask.ts'
import type { Call, Command } from './command.ts'
import { Failure, wrongUsage } from './command.ts'
import { osUser } from './data.ts'
import { table } from './table.ts'

export const commands: readonly Command[] = [
  {
    name: 'central',
    summary: 'run the central instance that hubs send aggregates to',
    args: [],
    options: {},
    example: 'solar-family central --data ./central --http-port 8090',
    run: serve,
  },
  {
    name: 'central hub add',
    summary: 'let a hub in: prints the code its admin enters; a known id gets a new code',
    args: ['ID'],
    options: { name: { value: 'TEXT', help: 'what it is called until it says so itself' } },
    example: 'solar-family central hub add quartiere_1 --data ./central',
    run: add,
  },
  {
    name: 'central hub revoke',
    summary: "end a hub's tokens; what it has sent stays",
    args: ['ID'],
    options: {},
    example: 'solar-family central hub revoke quartiere_1 --data ./central',
    run: revoke,
  },
  {
    name: 'central user add',
    summary: "let a person see the central's pages, or give one a new password",
    args: ['NAME'],
    options: {
      role: { value: 'ROLE', help: `one of ${CENTRAL_ROLES.join(', ')}; admin also sees the audit log` },
      'password-stdin': { value: null, help: 'read the password from standard input' },
    },
    example: 'solar-family central user add anna --role admin --data ./central',
    run: addPerson,
  },
  {
    name: 'central user remove',
    summary: 'keep a person out from now on',
    args: ['NAME'],
    options: {},
    example: 'solar-family central user remove anna --data ./central',
    run: dropPerson,
  },
  {
    name: 'central hub list',
    summary: 'show the hubs, and when each was heard',
    args: [],
    options: {},
    example: 'solar-family central hub list --data ./central',
    run: list,
  },
]

async function serve(call: Call): Promise<number> {
  const { config } = await call.config()
  becomeOwnerOf(config.dataDir)
  const { startCentral } = await import('../start-central.ts')
  const { sayReady, untilStopped, urlOf } = await import('../run-hub.ts')
  const stopped = untilStopped()
  const log = makeLog(config.log.level)
  const supervisor = systemdSupervisor(process.env, () => performance.now())
  const running = await startCentral(config, { clock: systemClock, log }).catch(asFailure)
  const url = urlOf(config.bind, running.httpPort)
  const { httpPort: http_port, httpsPort } = running
  if (call.json) sayReady({ url, http_port, ...(httpsPort === null ? {} : { https_port: httpsPort }) })
  else call.report(null, `The central is running: ${url}`)
  supervisor.ready(url)
  await stopped
  supervisor.stopping()
  await running.stop()
  return 0
}

async function add(call: Call): Promise<number> {
  const id = call.arg('ID')
  if (!isHubId(id)) throw wrongUsage(`"${id}" is not a hub id: 1 to 32 letters, digits, "_" or "-".`)
  return atCentral(call, async (db, log) => {
    const code = makeCode()
    const now = systemClock.now()
    await addHub(db, { id, name: call.text('name') ?? null, codeHash: hashKey(code), now })
    await log('hub.add', { id })
    const until = isoSeconds(now + CODE_LIFE_MS)
    call.report(
      { id, code, until },
      `Code for ${id}, good until ${until} and shown only now: ${code}\nAt the hub: solar-family sync enroll ${code}`,
    )
    return 0
  })
}

async function revoke(call: Call): Promise<number> {
  const id = call.arg('ID')
  return atCentral(call, async (db, log) => {
    if (!(await revokeHub(db, id, systemClock.now()))) {
      const ids = (await listHubs(db)).map((hub) => hub.id)
      throw new Failure(`There is no hub "${id}"${didYouMean(id, ids)}: see "solar-family central hub list".`)
    }
    await log('hub.revoke', { id })
    call.report({ id }, `Hub ${id} is revoked: nothing more is taken from it. What it has sent stays.`)
    return 0
  })
}

async function addPerson(call: Call): Promise<number> {
  const name = call.arg('NAME')
  const problem = userNameProblem(name)
  if (problem !== null) throw wrongUsage(`${problem}.`)
  const role = call.choice('role', CENTRAL_ROLES) ?? 'admin'
  return atCentral(call, async (db, log) => {
    const { password, generated } = await askPassword(call)
    await putPerson(db, { name, role, passwordHash: await hashPassword(password) }, systemClock.now())
    await log('user.add', { name, role })
    const said = `${name} may sign in to the central as ${role}.`
    call.report(
      { name, role, ...(generated ? { password } : {}) },
      generated ? `${said}\nPassword, shown only now: ${password}` : said,
    )
    return 0
  })
}

async function dropPerson(call: Call): Promise<number> {
  const name = call.arg('NAME')
  return atCentral(call, async (db, log) => {
    if (!(await removePerson(db, name))) throw new Failure(`There is no person "${name}" at this central.`)
    await log('user.remove', { name })
    call.report({ name }, `${name} is removed, and all sessions of ${name} have ended.`)
    return 0
  })
}

async function list(call: Call): Promise<number> {
  return atCentral(call, async (db) => {
    const time = (at: number | null) => (at === null ? null : isoSeconds(at))
    const hubs = (await listHubs(db)).map((hub) => ({
      id: hub.id,
      name: hub.name,
      program: hub.program,
      seen: time(hub.seen_at),
      sent: time(hub.committed_at),
      revoked: time(hub.revoked_at),
      problem: hub.problem,
    }))
    const rows = hubs.map((hub) => [hub.id, hub.name, hub.program, hub.seen, hub.sent, hub.revoked, hub.problem])
    const titles = ['ID', 'NAME', 'PROGRAM', 'SEEN', 'SENT', 'REVOKED', 'PROBLEM']
    call.report(hubs, hubs.length === 0 ? 'There are no hubs.' : table(titles, rows, call.terminal.out))
    return 0
  })
}

/** The central's database for one command, beside running centrals or without one. */
async function atCentral(
  call: Call,
  work: (db: CentralDb, log: (what: string, detail: unknown) => Promise<void>) => Promise<number>,
): Promise<number> {
  const who = `cli:${osUser()}`
  const { config } = await call.config()
  becomeOwnerOf(config.dataDir)
  const { centralOf } = await import('../start-central.ts')
  const { db } = await centralOf(config).catch(asFailure)
  try {
    return await work(db, (what, detail) => auditCentral(db, { at: systemClock.now(), who, what, detail }))
  } finally {
    await db.destroy()
  }
}

function asFailure(error: unknown): never {
  throw error instanceof StartError ? new Failure(error.message) : error
}
