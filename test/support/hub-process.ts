import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The program as it is started from a checkout, in processes of its own. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PROGRAM = ['--import', new URL('../../scripts/jsx.mjs', import.meta.url).href, 'hub/main.ts']

export interface Ready {
  readonly ready: true
  readonly pid: number
  readonly url: string
  readonly http_port: number
  readonly mqtt_port: number
  readonly user?: string
  readonly password?: string
}

export interface Running {
  readonly ready: Ready
  readonly child: ChildProcess
  /** Everything on standard error so far. */
  readonly errors: () => string
  readonly stop: (signal?: NodeJS.Signals) => Promise<{ code: number | null; signal: string | null }>
}

export interface Finished {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs a command to its end. */
export async function run(...args: string[]): Promise<Finished> {
  const child = spawn(process.execPath, [...PROGRAM, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.on('data', (bytes) => (out += bytes))
  child.stderr.on('data', (bytes) => (err += bytes))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

/** Runs a command that must succeed, and reads its JSON. */
export async function runJson<T>(...args: string[]): Promise<T> {
  const { code, out, err } = await run(...args, '--json')
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${err}`)
  return JSON.parse(out) as T
}

const started: Running[] = []

/** Starts `hub` or `demo` on free ports and waits for its readiness line. */
export function start(command: 'hub' | 'demo' | 'central', ...args: string[]): Promise<Running> {
  return startWith({}, command, ...args)
}

/** The same with more environment: what is preloaded into it, and the like. */
export async function startWith(
  env: Readonly<Record<string, string>>,
  command: 'hub' | 'demo' | 'central',
  ...args: string[]
): Promise<Running> {
  const child = spawn(
    process.execPath,
    [...PROGRAM, command, '--json', '--http-port', '0', '--mqtt-port', '0', ...args],
    {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    },
  )
  let errors = ''
  child.stderr.on('data', (bytes) => (errors += bytes))
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>
  const line = createInterface({ input: child.stdout })
  const first = await Promise.race([once(line, 'line') as Promise<[string]>, ended.then(() => null)])
  if (!first) throw new Error(`${command} ended before it was ready: ${errors}`)
  const running: Running = {
    ready: JSON.parse(first[0]) as Ready,
    child,
    errors: () => errors,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal)
      const [code, by] = await ended
      return { code, signal: by }
    },
  }
  started.push(running)
  return running
}

/** Ends whatever is still running: for `afterEach`. */
export async function stopAll(): Promise<void> {
  await Promise.all(
    started
      .splice(0)
      .map((running) =>
        running.child.exitCode === null && running.child.signalCode === null ? running.stop('SIGKILL') : null,
      ),
  )
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

const folders: string[] = []

/** A data folder that is removed at the end. */
export function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'solar-family-test-'))
  folders.push(folder)
  return folder
}
