import { execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mosquittoPath } from '../../test/needs.ts'
import { freePort } from '../../test/support/free-port.ts'
import { start } from '../../test/support/hub-process.ts'
import { answers } from '../../test/support/mosquitto.ts'
import type { Launcher } from '../../test/support/packaged.ts'
import { startPackaged, wordsOf } from '../../test/support/packaged.ts'
import type { Arch } from '../package/arch.ts'

/** A broker under load. */
export interface Server {
  readonly pid: number
  readonly port: number
  /** Transactions it has committed so far, or null where it keeps nothing. */
  readonly commits: () => number | null
  readonly stop: () => Promise<void>
}

/** The hub as it is started from a checkout, with `key=value` settings where they differ from the usual ones. */
export async function startHubServer(data: string, ...settings: readonly string[]): Promise<Server> {
  const set = ['log.level=warn', ...settings].flatMap((setting) => ['--set', setting])
  const hub = await start('hub', '--data', data, '--bind', '127.0.0.1', ...set)
  return {
    pid: hub.ready.pid,
    port: hub.ready.mqtt_port,
    commits: () => committed(join(data, 'readings.db-shm')),
    stop: async () => void (await hub.stop()),
  }
}

/** aedes as it comes, without storage: what the hub's acknowledgement is measured against. */
export async function startBareAedes(): Promise<Server> {
  const child = fork(fileURLToPath(new URL('./bare-aedes.ts', import.meta.url)), { execArgv: [] })
  const [port] = (await once(child, 'message')) as [number]
  return {
    pid: child.pid ?? 0,
    port,
    commits: () => null,
    stop: async () => {
      child.kill()
      await once(child, 'exit')
    },
  }
}

/** Where the index of a write-ahead log counts transactions (SQLite's "WAL-mode file format", field iChange). */
const CHANGES_AT = 8

function committed(shm: string): number | null {
  const file = openSync(shm, 'r')
  try {
    const bytes = Buffer.alloc(4)
    readSync(file, bytes, 0, 4, CHANGES_AT)
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  } finally {
    closeSync(file)
  }
}

/** mosquitto with a subscriber that writes SQLite: mosquitto acknowledges before anything is stored. */
export async function startMosquittoServer(data: string): Promise<Server & { readonly stored: () => Promise<number> }> {
  const port = await freePort()
  const config = join(data, 'mosquitto.conf')
  const lines = ['allow_anonymous true', 'max_queued_messages 0', 'max_inflight_messages 0', 'log_dest none']
  writeFileSync(config, [`listener ${port} 127.0.0.1`, ...lines, ''].join('\n'))
  const broker = spawn(mosquittoPath() ?? 'mosquitto', ['-c', config], { stdio: 'ignore' })
  await answers(port)
  const subscriber = fork(
    fileURLToPath(new URL('./sqlite-subscriber.ts', import.meta.url)),
    [String(port), join(data, 'subscriber.db')],
    {
      execArgv: [],
    },
  )
  await once(subscriber, 'message')
  return {
    pid: broker.pid ?? 0,
    port,
    commits: () => null,
    stored: async () => {
      subscriber.send('how many')
      return ((await once(subscriber, 'message')) as [number])[0]
    },
    stop: async () => {
      for (const child of [subscriber, broker]) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
    },
  }
}

/** The program as one executable, made where it has to be, with what its package's service gives it; the other processor's by qemu. */
export function executableOf(arch: Arch): Launcher {
  const words = wordsOf(arch)
  // Pages of a file count as dirty until they are written.
  execFileSync('sync')
  return { words, env: { ...process.env, ...serviceEnvironment() } }
}

export async function startExecutable(
  launcher: Launcher,
  data: string,
  ...settings: readonly string[]
): Promise<Server> {
  const set = ['log.level=warn', ...settings].flatMap((setting) => ['--set', setting])
  const { ready, stop } = await startPackaged(launcher, data, ...set)
  return {
    pid: ready.pid,
    port: ready.mqtt_port,
    commits: () => committed(join(data, 'readings.db-shm')),
    stop: async () => void (await stop()),
  }
}

function serviceEnvironment(): NodeJS.ProcessEnv {
  const unit = readFileSync(new URL('../../systemd/solar-family.service', import.meta.url), 'utf8')
  const line = /^Environment=(.*)$/m.exec(unit)?.[1] ?? ''
  return Object.fromEntries(line.split(' ').map((pair) => pair.split('=', 2) as [string, string]))
}
