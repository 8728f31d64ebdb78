import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { readFlags } from './avr.ts'

const firmware = fileURLToPath(new URL('../../firmware/', import.meta.url))
const out = join(firmware, 'build/native')
const run = promisify(execFile)

// What PlatformIO's native environment builds without: faults of memory and arithmetic end the test.
const SANITIZERS = ['-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all']

/** `g++` and doctest's header (Debian: g++, doctest-dev). */
export function nativeToolchain(): boolean {
  return existsSync('/usr/bin/g++') && existsSync('/usr/include/doctest/doctest.h')
}

/** The folders under firmware/test that `pio test` would run. */
export function testSuites(): string[] {
  return globSync('test/test_*/', { cwd: firmware })
    .map((path) => basename(path))
    .sort()
}

/** Compiles the portable core, once for all suites; the objects. */
export async function buildCore(): Promise<string[]> {
  const sources = globSync('lib/node/src/*.cpp', { cwd: firmware }).sort()
  return compileAll(
    sources.map((path) => join(firmware, path)),
    SANITIZERS,
  )
}

/** Builds one suite on the core's objects; the program. */
export async function buildSuite(suite: string, core: readonly string[]): Promise<string> {
  const sources = globSync(`test/${suite}/*.cpp`, { cwd: firmware }).sort()
  const objects = await compileAll(
    sources.map((path) => join(firmware, path)),
    // The many assertions take long to optimise, and little to run.
    SANITIZERS.map((flag) => (flag === '-O1' ? '-O0' : flag)),
  )
  const program = join(out, suite)
  const half = `${program}.${process.pid}`
  await run('g++', [...SANITIZERS, '-o', half, ...objects, ...core], { cwd: firmware })
  renameSync(half, program)
  return program
}

async function compileAll(sources: readonly string[], sanitizers: readonly string[]): Promise<string[]> {
  mkdirSync(out, { recursive: true })
  const flags = [...readFlags().native, '-Werror', ...sanitizers, '-Ilib/node/src', '-I/usr/include/doctest']
  const headers = createHash('sha256').update(flags.join(' '))
  const support = sanitizers === SANITIZERS ? [] : ['test/support/*.h']
  for (const path of globSync(['lib/node/src/*.h', ...support], { cwd: firmware }).sort())
    headers.update(readFileSync(join(firmware, path)))
  const common = headers.digest('hex')
  const jobs = sources.map((source) => {
    const hash = createHash('sha256').update(common).update(readFileSync(source)).digest('hex').slice(0, 16)
    return [source, join(out, `${basename(dirname(source))}-${basename(source)}-${hash}.o`)] as const
  })
  const objects = jobs.map(([, object]) => object)
  const waiting = jobs.filter(([, object]) => !existsSync(object))
  const work = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      const half = `${job[1]}.${process.pid}`
      await run('g++', [...flags, '-c', job[0], '-o', half], { cwd: firmware })
      renameSync(half, job[1])
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return objects
}
