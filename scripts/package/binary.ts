import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import Database from 'better-sqlite3'
import type { Arch } from './arch.ts'
import { CACHE, ROOT } from './arch.ts'
import { segmentsOf, sharedPage } from './elf.ts'
import { nodeBinary } from './node-binary.ts'

/** Pages of a Raspberry Pi 5. */
const ARM64_PAGE_BYTES = 16_384

export interface BinaryOptions {
  /** Another version than the checkout's. */
  readonly version?: string
  readonly out?: string
}

export function binaryPath(arch: Arch): string {
  return join(ROOT, 'dist', `solar-family-linux-${arch}`)
}

/**
 * Makes the program of a processor as one executable and returns its path: Node itself with the bundle inside. One at a time in a checkout, since
 * the path of the bundle is written into it; whole before it takes the place of the one before, so that nobody copies half of it.
 */
export function makeBinary(arch: Arch, { version, out = binaryPath(arch) }: BinaryOptions = {}): string {
  const part = `${out}.part`
  mkdirSync(dirname(out), { recursive: true })
  mkdirSync(CACHE, { recursive: true })
  const turn = new Database(join(CACHE, 'turn.db'), { timeout: 600_000 })
  try {
    turn.exec('BEGIN EXCLUSIVE')
    pack(arch, version, part)
    const problem = arch === 'arm64' ? sharedPage(segmentsOf(readFileSync(part)), ARM64_PAGE_BYTES) : null
    if (problem !== null) throw new Error(`${out} would not run on a Raspberry Pi 5: ${problem}`)
    renameSync(part, out)
  } finally {
    turn.close()
  }
  process.stdout.write(`${relative(ROOT, out)}: ${(statSync(out).size / 2 ** 20).toFixed(1)} MiB\n`)
  return out
}

function pack(arch: Arch, programVersion: string | undefined, out: string): void {
  const bundle = `build/solar-family-${arch}.cjs`
  const args = ['--arch', arch, '--out', bundle]
  if (programVersion !== undefined) args.push('--program-version', programVersion)
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts'), ...args], { cwd: ROOT, stdio: 'inherit' })
  const { version } = nodeBinary(arch)
  const pkg = join(ROOT, 'node_modules/@yao-pkg/pkg/lib-es5/bin.js')
  execFileSync(process.execPath, [pkg, bundle, '--sea', '-t', `node${version}-linux-${arch}`, '-o', out], {
    cwd: ROOT,
    env: { ...process.env, HOME: seededHome(arch), NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** A home folder in which pkg finds Node as if it had downloaded it. The layout is that of the pinned version of pkg. */
function seededHome(arch: Arch): string {
  const home = join(CACHE, 'home')
  for (const each of new Set<Arch>([arch, process.arch as Arch])) {
    const { version, file } = nodeBinary(each)
    const name = `node-v${version}-linux-${each}`
    const downloads = join(home, '.pkg-cache/sea')
    mkdirSync(join(downloads, name, 'bin'), { recursive: true })
    copyFileSync(file, join(downloads, name, 'bin/node'))
    for (const mark of [`${name}/bin/node.ok`, `${name}.tar.gz`, `${name}.tar.gz.ok`])
      writeFileSync(join(downloads, mark), '')
  }
  return home
}
