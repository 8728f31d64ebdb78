import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Arch } from './arch.ts'
import { CACHE, ROOT } from './arch.ts'

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string }>>
}

/** The pinned Node of a processor: the installed one, or the registry's package, held to the sum in package-lock.json. */
export function nodeBinary(arch: Arch): { version: string; file: string } {
  const name = `node-linux-${arch}`
  const locked = (JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock).packages[
    `node_modules/${name}`
  ]
  if (!locked) throw new Error(`package-lock.json has no ${name}`)
  const { version, integrity } = locked
  const installed = join(ROOT, `node_modules/${name}/bin/node`)
  if (existsSync(installed)) return { version, file: installed }
  const kept = join(CACHE, `${name}-${version}`)
  const file = join(kept, 'bin/node')
  if (!existsSync(file)) fetchInto(kept, `${name}@${version}`, integrity)
  return { version, file }
}

/** Whole before it takes its place: several may be fetching it. */
function fetchInto(kept: string, name: string, integrity: string): void {
  mkdirSync(CACHE, { recursive: true })
  const work = mkdtempSync(join(CACHE, 'fetch-'))
  try {
    const options = { cwd: work, encoding: 'utf8', stdio: 'pipe' } as const
    const archive = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', name], options).trim()
    checkIntegrity(join(work, archive), integrity)
    mkdirSync(join(work, 'whole'))
    execFileSync('tar', ['-xzf', archive, '-C', 'whole', '--strip-components=1'], options)
    renameSync(join(work, 'whole'), kept)
  } catch (error) {
    // Another was faster.
    if (!existsSync(join(kept, 'bin/node'))) throw error
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Throws where a file is not what package-lock.json promises. */
export function checkIntegrity(file: string, integrity: string): void {
  const found = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`
  if (found !== integrity)
    throw new Error(`${file} is not what package-lock.json promises: it has ${found}, expected ${integrity}`)
}
