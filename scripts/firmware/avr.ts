import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

// Debian's packages gcc-avr, avr-libc, binutils-avr and arduino-core-avr.
const ARDUINO = '/usr/share/arduino/hardware/arduino/avr'
const COMPILER = '/usr/bin/avr-gcc'

const firmware = fileURLToPath(new URL('../../firmware/', import.meta.url))
const run = promisify(execFile)

/** The one place of compile flags: firmware/flags.json. `most` bounds the image, bytes. */
export interface Flags {
  readonly mcu: string
  readonly frequency: number
  readonly arduino: number
  readonly board: string
  readonly common: readonly string[]
  readonly native: readonly string[]
  readonly most: { readonly flash: number; readonly ram: number }
}

export interface Image {
  readonly hex: string
  readonly elf: string
  /** Bytes of program and initial values. */
  readonly flash: number
  /** Bytes of variables, without the stack. */
  readonly ram: number
  readonly warnings: string
}

export function readFlags(): Flags {
  return JSON.parse(readFileSync(join(firmware, 'flags.json'), 'utf8')) as Flags
}

/** Whether the image can be built here. */
export function avrToolchain(): boolean {
  return existsSync(COMPILER) && existsSync(join(ARDUINO, 'cores/arduino/Arduino.h'))
}

/** Builds `firmware/build/node.hex` from the sources PlatformIO builds too; what is unchanged since the last time is not built again. */
export async function buildFirmware(): Promise<Image> {
  const flags = readFlags()
  const out = join(firmware, 'build')
  const own = globSync(['src/**/*.{cpp,h}', 'lib/node/src/**/*.{cpp,h}'], { cwd: firmware })
    .sort()
    .map((path) => join(firmware, path))
  const core = globSync('cores/arduino/*.{c,cpp,S}', { cwd: ARDUINO })
    .sort()
    .map((path) => join(ARDUINO, path))
  const stamp = hashOf(flags, own)
  const image = join(out, 'node.json')
  if (existsSync(image)) {
    const built = JSON.parse(readFileSync(image, 'utf8')) as Image & { readonly stamp: string }
    if (built.stamp === stamp && existsSync(built.hex)) return built
  }

  // Apart from other builds that may be going on; what is finished takes its place at once.
  mkdirSync(out, { recursive: true })
  const work = mkdtempSync(join(out, 'work-'))
  mkdirSync(join(work, 'core'))
  mkdirSync(join(work, 'node'))
  const sources = own.filter((path) => path.endsWith('.cpp'))
  const [coreObjects, objects] = [objectsOf(core, join(work, 'core')), objectsOf(sources, join(work, 'node'))]
  const warnings: string[] = []
  await Promise.all([compile(flags, core, coreObjects, []), compile(flags, sources, objects, warnings)])
  const archive = join(work, 'core.a')
  const elf = join(work, 'node.elf')
  const hex = join(work, 'node.hex')
  // As an archive, so that only what is used is linked.
  await run('avr-gcc-ar', ['rcs', archive, ...coreObjects])
  const link = ['-Os', '-g', '-flto', '-fuse-linker-plugin', '-Wl,--gc-sections', `-mmcu=${flags.mcu}`]
  await run(COMPILER, [...link, '-o', elf, ...objects, archive, '-lm'])
  await run('avr-objcopy', ['-O', 'ihex', '-R', '.eeprom', elf, hex])
  const { stdout } = await run('avr-size', ['-A', elf])
  const size = (section: string) => Number(new RegExp(`^\\.${section}\\s+(\\d+)`, 'm').exec(stdout)?.[1] ?? 0)
  const built = {
    hex: join(out, 'node.hex'),
    elf: join(out, 'node.elf'),
    flash: size('text') + size('data'),
    ram: size('data') + size('bss') + size('noinit'),
    warnings: warnings.join(''),
  }
  writeFileSync(join(work, 'node.json'), JSON.stringify({ ...built, stamp }))
  for (const name of ['node.elf', 'node.hex', 'node.json']) renameSync(join(work, name), join(out, name))
  rmSync(work, { recursive: true })
  return built
}

function hashOf(flags: Flags, sources: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(flags))
  for (const path of sources) hash.update(path).update(readFileSync(path))
  return hash.digest('hex')
}

function objectsOf(sources: readonly string[], folder: string): string[] {
  return sources.map((path) => join(folder, `${basename(path)}.o`))
}

async function compile(flags: Flags, sources: readonly string[], objects: readonly string[], warnings: string[]) {
  const jobs = sources.map((source, index) => [source, objects[index] ?? ''] as const)
  const work = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const { stderr } = await run(COMPILER, [...flagsFor(flags, job[0]), '-c', job[0], '-o', job[1]])
      if (stderr) warnings.push(stderr)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
}

function flagsFor(flags: Flags, source: string): string[] {
  const language: Record<string, string[]> = {
    '.c': ['-std=gnu11'],
    '.cpp': ['-std=gnu++11', '-fpermissive', '-fno-exceptions', '-fno-threadsafe-statics'],
    '.S': ['-x', 'assembler-with-cpp'],
  }
  return [
    ...['-Os', '-g', '-ffunction-sections', '-fdata-sections', '-flto', '-fno-fat-lto-objects'],
    ...[`-mmcu=${flags.mcu}`, `-DF_CPU=${flags.frequency}L`, `-DARDUINO=${flags.arduino}`],
    ...['-DARDUINO_AVR_MEGA2560', '-DARDUINO_ARCH_AVR'],
    // The core's WString.cpp uses it, and gcc 5.4 hides it from C++11.
    '-DDECIMAL_DIG=__DECIMAL_DIG__',
    ...flags.common.filter((flag) => source.startsWith(firmware) || !flag.startsWith('-W')),
    ...[`-I${ARDUINO}/cores/arduino`, `-I${ARDUINO}/variants/mega`, `-I${join(firmware, 'lib/node/src')}`],
    ...(language[extname(source)] ?? []),
  ]
}
