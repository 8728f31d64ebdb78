import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { needs } from './needs.ts'

/** What systemd itself says of the package's services. */

const has = needs(
  spawnSync('systemd-analyze', ['--version']).status === 0,
  "the checks of the package's services",
  'systemd',
)

describe.runIf(has)('services', () => {
  it.each([
    ['solar-family', 1.5],
    ['solar-family-central', 1.5],
    ['solar-family-backup', 1.5],
    // Runs once after an update that was cut short, as root: it changes which version is current.
    ['solar-family-settle', 2.5],
  ])('%s is exposed by %f at most', (name, most) => {
    const run = spawnSync('systemd-analyze', ['security', '--offline=true', `systemd/${name}.service`], {
      encoding: 'utf8',
    })
    const exposure = /Overall exposure level for .*: ([\d.]+)/.exec(run.stdout)?.[1]
    expect(Number(exposure), run.stderr).toBeLessThanOrEqual(most)
  })

  it('have no line that systemd does not know', () => {
    const files = ['solar-family', 'solar-family-central', 'solar-family-backup', 'solar-family-settle'].map(
      (n) => `systemd/${n}.service`,
    )
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...files], { encoding: 'utf8' })
    const unknown = stderr.split('\n').filter((line) => /Unknown|Invalid|Failed to parse|outside of section/.test(line))
    expect(unknown).toEqual([])
  })
})

it('the hub feeds its watchdog oftener than systemd asks', () => {
  const unit = readFileSync('systemd/solar-family.service', 'utf8')
  const watchdog = Number(/^WatchdogSec=(\d+)$/m.exec(unit)?.[1])
  // The slowest tick that may be configured; the word is sent by the first tick after half of the watchdog's time.
  expect(watchdog / 2 + 30).toBeLessThan(watchdog)
})
