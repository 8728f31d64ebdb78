import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Arch } from '../../scripts/package/arch.ts'
import type { Ready } from './hub-process.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SOURCES = ['hub/**/*', 'ui/**/*', 'sync/**/*', 'scripts/package/*', 'package-lock.json']

/** The executable of a processor; made where it is missing or older than what it is made of. */
export function binaryOf(arch: Arch): string {
  const file = join(ROOT, `dist/solar-family-linux-${arch}`)
  const made = existsSync(file) ? statSync(file).mtimeMs : 0
  const newest = Math.max(...globSync(SOURCES, { cwd: ROOT }).map((path) => statSync(join(ROOT, path)).mtimeMs))
  if (made < newest)
    execFileSync(process.execPath, [join(ROOT, 'scripts/package.ts'), arch], { cwd: ROOT, stdio: 'pipe' })
  return file
}

const QEMU = '/usr/bin/qemu-aarch64-static'
const ARM64_LIBRARIES = '/usr/aarch64-linux-gnu'

/** Whether programs of a processor run here, by themselves or by qemu. */
export function runsHere(arch: Arch): boolean {
  const emulated = arch === 'arm64' && existsSync(QEMU) && existsSync(`${ARM64_LIBRARIES}/lib/libatomic.so.1`)
  return process.platform === 'linux' && (arch === process.arch || emulated)
}

/** The words that start the executable of a processor. */
export function wordsOf(arch: Arch): readonly [string, ...string[]] {
  return arch === process.arch ? [binaryOf(arch)] : [QEMU, '-L', ARM64_LIBRARIES, binaryOf(arch)]
}

/** How a program is started: the words before its own, and its surroundings. */
export interface Launcher {
  readonly words: readonly [string, ...string[]]
  readonly env: NodeJS.ProcessEnv
}

export function runPackaged<T>({ words: [first, ...rest], env }: Launcher, ...args: string[]): T {
  return JSON.parse(execFileSync(first, [...rest, ...args, '--json'], { env, encoding: 'utf8' })) as T
}

/** Starts a hub on free ports and waits for its readiness line. */
export async function startPackaged({ words: [first, ...rest], env }: Launcher, data: string, ...more: string[]) {
  const args = ['hub', '--json', '--data', data, '--bind', '127.0.0.1', '--http-port', '0', '--mqtt-port', '0']
  const child = spawn(first, [...rest, ...args, ...more], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (bytes) => (errors += bytes))
  const ended = once(child, 'exit')
  const line = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended.then(() => null)])
  if (line === null) throw new Error(`the hub ended: ${errors}`)
  return {
    ready: JSON.parse(String(line[0])) as Ready,
    stop: async () => {
      child.kill()
      return (await ended) as [number | null, string | null]
    },
  }
}
