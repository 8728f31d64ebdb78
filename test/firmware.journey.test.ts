import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { avrToolchain, buildFirmware, readFlags } from '../scripts/firmware/avr.ts'
import { buildCore, buildSuite, nativeToolchain, testSuites } from '../scripts/firmware/native.ts'
import { needs } from './needs.ts'

const run = promisify(execFile)
const MINUTES = 60_000

// The portable core on this machine, under the sanitizers: the same files `pio test -e native` runs.
describe.runIf(needs(nativeToolchain(), 'the node core tests', 'g++ doctest-dev'))('the node core', () => {
  let core: string[] = []
  beforeAll(async () => {
    core = await buildCore()
  }, 10 * MINUTES)

  test.each(testSuites())('%s', { timeout: 10 * MINUTES }, async (suite) => {
    const program = await buildSuite(suite, core)
    const outcome = await run(program, []).catch((failed: { stdout: string; stderr: string }) => failed)
    expect(outcome, `${outcome.stdout}\n${outcome.stderr}`).not.toBeInstanceOf(Error)
  })
})

const AVR = 'gcc-avr avr-libc binutils-avr arduino-core-avr'
describe.runIf(needs(avrToolchain(), 'the firmware image tests', AVR))('the node image', () => {
  test('builds without a warning and leaves room in flash and RAM', { timeout: 10 * MINUTES }, async () => {
    const image = await buildFirmware()
    const { most } = readFlags()
    expect(image.warnings).toBe('')
    expect(image.flash).toBeLessThanOrEqual(most.flash)
    expect(image.ram).toBeLessThanOrEqual(most.ram)
    expect(readFileSync(image.hex, 'latin1')).toMatch(/^:[0-9A-F]+\r?\n/)
    console.log(`firmware: flash ${image.flash} bytes, RAM ${image.ram} bytes`)
  })
})
