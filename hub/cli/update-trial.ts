import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { makeBackup } from '../store/backup.ts'
import { storeFiles } from '../store/store.ts'
import { programVersion } from './version.ts'

/** How long a new version may take to start on the copy; migrations are in it. */
const START_WITHIN_MS = 600_000
const STOP_WITHIN_MS = 20_000
const TRIAL = '.update-trial-'

/** Whether a program runs on this machine, and is the version it should be: what is wrong, or null. */
export function checkProgram(program: string, version: string): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(program, ['version', '--json'], { timeout: 60_000, env: withoutNodeOptions() }, (error, out, err) => {
      if (error)
        resolve(`the new program does not run on this machine: ${(err || error.message).trim().split('\n')[0]}`)
      else if (!out.includes(`"version":"${version}"`))
        resolve(`the new program says that it is ${out.trim()}, not ${version}`)
      else resolve(null)
    })
  })
}

/**
 * Starts a new version on a copy of the data, which it migrates, as the user the data belongs to and on ports of its own: what
 * goes wrong, or null. The data itself is only read.
 */
export async function tryOnCopy(program: string, dataDir: string, at: number): Promise<string | null> {
  if (!existsSync(storeFiles(dataDir).control)) return null
  const { uid, gid } = statSync(dataDir)
  // One that was cut short has left its copy.
  for (const name of readdirSync(dataDir))
    if (name.startsWith(TRIAL)) rmSync(join(dataDir, name), { recursive: true, force: true })
  const folder = mkdtempSync(join(dataDir, TRIAL))
  try {
    const archive = join(folder, 'before.tar')
    await makeBackup({ dataDir, file: archive, withRaw: true, at, program: programVersion() })
    const cache = join(folder, 'cache')
    mkdirSync(cache, { mode: 0o700 })
    for (const path of [folder, archive, cache]) chownSync(path, uid, gid)
    chmodSync(archive, 0o600)
    const as = {
      ...(process.getuid?.() === 0 ? { uid, gid } : {}),
      cwd: folder,
      env: { ...withoutNodeOptions(), SOLAR_FAMILY_NATIVE_CACHE: cache, NOTIFY_SOCKET: '' },
    }
    const data = join(folder, 'data')
    const restored = await new Promise<string | null>((resolve) => {
      execFile(program, ['restore', archive, '--data', data], as, (error, _, err) => resolve(error ? err.trim() : null))
    })
    if (restored !== null) return `the new version cannot read a copy of the data: ${restored}`
    rmSync(archive)
    return await startOn(program, data, as)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startOn(program: string, data: string, as: object): Promise<string | null> {
  const args = ['hub', '--json', '--data', data, '--bind', '127.0.0.1', '--http-port', '0', '--mqtt-port', '0']
  const hub = spawn(program, [...args, '--set', 'backup.enabled=false'], { ...as, stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  hub.stderr.on('data', (bytes) => (errors = `${errors}${bytes}`.slice(-2000)))
  const ended = once(hub, 'exit') as Promise<[number | null]>
  const ready = once(createInterface({ input: hub.stdout }), 'line').then(([line]) => String(line))
  const outcome = await Promise.race([ready, ended.then(() => null), after(START_WITHIN_MS)])
  const url = outcome === null ? undefined : /"url":"([^"]+)"/.exec(outcome)?.[1]
  const answers =
    url !== undefined &&
    (await fetch(`${url}/healthz`).then(
      ({ status }) => status === 200 || status === 503,
      () => false,
    ))
  hub.kill()
  const forced = setTimeout(() => hub.kill('SIGKILL'), STOP_WITHIN_MS)
  await ended
  clearTimeout(forced)
  return answers ? null : `the new version does not run on a copy of the data: ${lastSentence(errors)}`
}

function lastSentence(errors: string): string {
  return errors.trim().split('\n').at(-1) || 'it gave no reason'
}

function after(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms).unref())
}

/** What is meant for this process need not fit the next version. */
function withoutNodeOptions(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env
  return env
}
