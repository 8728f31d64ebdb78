import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from './free-port.ts'

const BIN = ['/usr/lib/postgresql/17/bin', '/usr/lib/postgresql/16/bin', '/usr/lib/postgresql/15/bin']

/** Where Debian keeps PostgreSQL's programs, or null. */
export function postgresBin(): string | null {
  return BIN.find((folder) => existsSync(join(folder, 'postgres'))) ?? null
}

export interface TestPostgres {
  /** Of a new, empty database. */
  readonly newDatabase: () => Promise<string>
  readonly stop: () => Promise<void>
}

/** A PostgreSQL of the test's own, on a free port, in a folder that goes with it. `durable` = synced as in earnest. */
export async function startPostgres({ durable = false } = {}): Promise<TestPostgres> {
  const bin = postgresBin()
  if (bin === null) throw new Error('there is no PostgreSQL')
  const folder = mkdtempSync(join(tmpdir(), 'solar-family-pg-'))
  const user = ordinaryUser()
  if (user) chownSync(folder, user.uid, user.gid)
  chmodSync(folder, 0o700)
  const data = join(folder, 'data')
  const init = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'test', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'],
    {
      ...user,
      cwd: folder,
      encoding: 'utf8',
    },
  )
  if (init.status !== 0) throw new Error(`initdb: ${init.stderr}`)
  const port = await freePort()
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 60,
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
  const server: ChildProcess = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...options], {
    ...user,
    cwd: folder,
    stdio: 'ignore',
  })
  const url = (database: string) => `postgres://test@127.0.0.1:${port}/${database}`
  await untilReady(url('postgres'), server)
  let made = 0
  return {
    newDatabase: async () => {
      made += 1
      const client = new pg.Client(url('postgres'))
      await client.connect()
      await client.query(`create database test_${made}`)
      await client.end()
      return url(`test_${made}`)
    },
    stop: async () => {
      if (server.exitCode === null) {
        const closed = once(server, 'exit')
        server.kill('SIGINT')
        await closed
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** PostgreSQL does not run as root: then as Debian's own user for it, or as nobody. */
function ordinaryUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  const line = ['postgres', 'nobody'].map((name) => users.find((u) => u.startsWith(`${name}:`))).find(Boolean)
  const [, , uid, gid] = line?.split(':') ?? []
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) }
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended with ${server.exitCode}`)
    const client = new pg.Client(url)
    const ready = await client.connect().then(
      () => true,
      () => false,
    )
    await client.end().catch(() => {})
    if (ready) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
