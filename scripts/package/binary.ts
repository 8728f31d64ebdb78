import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { Arch } from './arch.ts'
import { ROOT } from './arch.ts'
import { makeBundle } from './bundle.ts'
import { segmentsOf, sharedPage } from './elf.ts'
import { nodeBinary } from './node-binary.ts'
import { projectVersion } from './project.ts'

/** Pages of a Raspberry Pi 5. */
const ARM64_PAGE_BYTES = 16_384

/** How Node finds what it carries: names of its documentation ("Single executable applications"). */
const RESOURCE = 'NODE_SEA_BLOB'
const SENTINEL = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

/** A hub's objects live for a moment or for ever: V8's nursery of 16 MiB, three times over, would only be memory. */
const NODE_FLAGS = ['--max-semi-space-size=1']

export interface BinaryOptions {
  /** Another version than the checkout's, to try updates with. */
  readonly version?: string
  readonly out?: string
}

export function binaryPath(arch: Arch): string {
  return join(ROOT, 'dist', `solar-family-linux-${arch}`)
}

/**
 * Makes the program of a processor as one executable and returns its path: Node itself with the bundle inside. It is made apart and then takes
 * the place of the one before: several may be made at once, and who copies one never gets half of it.
 */
export async function makeBinary(
  arch: Arch,
  { version = projectVersion(), out = binaryPath(arch) }: BinaryOptions = {},
): Promise<string> {
  const part = `${out}.${process.pid}.part`
  const stage = mkdtempSync(join(tmpdir(), 'solar-family-binary-'))
  try {
    const blob = await makeBlob(arch, version, stage)
    mkdirSync(dirname(out), { recursive: true })
    copyFileSync(nodeBinary(arch).file, part)
    chmodSync(part, 0o755)
    const postject = join(ROOT, 'node_modules/postject/dist/cli.js')
    // It warns of section names that it does not find again; what matters is checked below.
    execFileSync(process.execPath, [postject, part, RESOURCE, blob, '--sentinel-fuse', SENTINEL], { stdio: 'pipe' })
    const problem = arch === 'arm64' ? sharedPage(segmentsOf(readFileSync(part)), ARM64_PAGE_BYTES) : null
    if (problem !== null) throw new Error(`${out} would not run on a Raspberry Pi 5: ${problem}`)
    renameSync(part, out)
  } finally {
    rmSync(stage, { recursive: true, force: true })
    rmSync(part, { force: true })
  }
  process.stdout.write(`${relative(ROOT, out)}: ${(statSync(out).size / 2 ** 20).toFixed(1)} MiB\n`)
  return out
}

/** A file of what Node carries, made by the same Node for this processor. No path of this machine is in it, nor code of its own processor. */
async function makeBlob(arch: Arch, version: string, stage: string): Promise<string> {
  const { main, assets } = await makeBundle(arch, version, stage)
  const config = {
    main,
    output: 'blob',
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: false,
    execArgv: NODE_FLAGS,
    assets,
  }
  writeFileSync(join(stage, 'sea.json'), JSON.stringify(config))
  execFileSync(nodeBinary(process.arch as Arch).file, ['--experimental-sea-config', 'sea.json'], {
    cwd: stage,
    stdio: 'pipe',
    env: {},
  })
  return join(stage, 'blob')
}
