import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
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

/** Makes the program of a processor as one executable and returns its path: Node itself with the bundle inside. */
export function makeBinary(
  arch: Arch,
  { version: programVersion, out = binaryPath(arch) }: BinaryOptions = {},
): string {
  const bundle = join(ROOT, 'build', `solar-family-${arch}.cjs`)
  const args = ['--arch', arch, '--out', `build/solar-family-${arch}.cjs`]
  if (programVersion !== undefined) args.push('--program-version', programVersion)
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts'), ...args], { cwd: ROOT, stdio: 'inherit' })
  const { version } = nodeBinary(arch)
  const home = seededHome(arch)
  mkdirSync(dirname(out), { recursive: true })
  rmSync(out, { force: true })
  const pkg = join(ROOT, 'node_modules/@yao-pkg/pkg/lib-es5/bin.js')
  execFileSync(process.execPath, [pkg, bundle, '--sea', '-t', `node${version}-linux-${arch}`, '-o', out], {
    cwd: ROOT,
    env: { ...process.env, HOME: home, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const problem = arch === 'arm64' ? sharedPage(segmentsOf(readFileSync(out)), ARM64_PAGE_BYTES) : null
  if (problem !== null) throw new Error(`${out} would not run on a Raspberry Pi 5: ${problem}`)
  process.stdout.write(`${relative(ROOT, out)}: ${(statSync(out).size / 2 ** 20).toFixed(1)} MiB\n`)
  return out
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
