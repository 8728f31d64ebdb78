import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { mosquittoPath } from '../needs.ts'
import { freePort } from './free-port.ts'
import { run } from './hub-process.ts'

/** Debian's mosquitto with the hub's access rules, in a folder of the test's own. */
export interface Mosquitto {
  readonly port: number
  readonly pid: () => number
  readonly log: () => string
  /** Comes back on the same port with what it has kept. */
  readonly start: () => Promise<void>
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>
}

export const HUB_USER = 'solar-family'
export const HUB_PASSWORD = 'the password of the hub'

/** A broker where these users (name -> password) and the hub may sign in. */
export async function startMosquitto(folder: string, users: Readonly<Record<string, string>>): Promise<Mosquitto> {
  const acl = join(folder, 'acl')
  const passwords = join(folder, 'passwords')
  const config = join(folder, 'mosquitto.conf')
  const printed = await run('config', 'acl')
  writeFileSync(acl, printed.out)
  const all = Object.entries({ ...users, [HUB_USER]: HUB_PASSWORD })
  writeFileSync(passwords, all.map(([name, password]) => `${name}:${password}\n`).join(''))
  execFileSync('mosquitto_passwd', ['-U', passwords])
  for (const file of [acl, passwords]) chmodSync(file, 0o600)
  const port = await freePort()
  const settings = printed.out
    .split('\n')
    .map((line) => /^# {3}([a-z_]+ \S+)/.exec(line)?.[1] ?? '')
    .filter((line) => line !== '' && !/^(acl_file|password_file|mosquitto_passwd) /.test(line))
  const own = [`listener ${port} 127.0.0.1`, `acl_file ${acl}`, `password_file ${passwords}`]
  const user = process.getuid?.() === 0 ? ['user root'] : []
  const kept = [`persistence_location ${folder}/`, 'log_dest stderr', 'log_type all']
  writeFileSync(config, [...own, ...user, ...settings, ...kept, ''].join('\n'))
  let child: ChildProcess | null = null
  let log = ''
  const self: Mosquitto = {
    port,
    pid: () => child?.pid ?? 0,
    log: () => log,
    start: async () => {
      child = spawn(mosquittoPath() ?? 'mosquitto', ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] })
      child.stderr?.on('data', (bytes) => (log += bytes))
      if (!(await answers(port))) throw new Error(`mosquitto did not start: ${log.slice(-1000)}`)
    },
    stop: async (signal = 'SIGTERM') => {
      const running = child
      child = null
      if (!running || running.exitCode !== null || running.signalCode !== null) return
      const ended = once(running, 'exit')
      running.kill(signal)
      await ended
    },
  }
  await self.start()
  return self
}

/** Waits until somebody listens on a port; false after ten seconds. */
export async function answers(port: number): Promise<boolean> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await listens(port)) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}

async function listens(port: number): Promise<boolean> {
  const socket = createConnection(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
