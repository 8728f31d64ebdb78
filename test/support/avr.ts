import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { flashOf } from '../../firmware/sim/intel-hex.ts'

const IMAGES = fileURLToPath(new URL('../../firmware/sim/images/', import.meta.url))

/** Compiles one of the small programs in `firmware/sim/images` for the simulated board. */
export function compileImage(name: string, defines: Readonly<Record<string, number>> = {}): Uint16Array<ArrayBuffer> {
  const folder = mkdtempSync(join(tmpdir(), 'solar-family-avr-'))
  try {
    const elf = join(folder, 'image.elf')
    const hex = join(folder, 'image.hex')
    const flags = ['-Os', '-std=gnu11', '-mmcu=atmega2560', '-DF_CPU=16000000UL', '-Wall', '-Werror']
    const given = Object.entries(defines).map(([key, value]) => `-D${key}=${value}`)
    execFileSync('avr-gcc', [...flags, ...given, '-o', elf, join(IMAGES, name)], { stdio: 'pipe' })
    execFileSync('avr-objcopy', ['-O', 'ihex', '-R', '.eeprom', elf, hex], { stdio: 'pipe' })
    return flashOf(readFileSync(hex, 'utf8'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
