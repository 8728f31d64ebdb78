import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { presetLoad } from '../domain/load-presets.ts'
import { DAY, HOUR, MINUTE } from '../domain/time.ts'
import { addHouses } from '../store/houses.ts'
import { saveLoad } from '../store/loads.ts'
import { writeSettings } from '../store/settings.ts'
import { openControl, openStore } from '../store/store.ts'
import { runCommandLine } from './run.ts'

const HOUSE = {
  ...{ id: 'a', name: 'a', peakPower: 3000, tilt: null, azimuth: null },
  ...{ connectionLimit: null, shown: true },
}
const NO_COUNTERS = { producedWh: null, consumedWh: null, importedWh: null, exportedWh: null }

const TABLE = { simulate: () => import('./simulate.ts') }
let folder = ''
let file = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulate-'))
  file = join(folder, 'days.csv')
  const rows = ['ts,casa,pv,use']
  for (let hour = 0; hour < 72; hour += 1) {
    const at = new Date(Date.UTC(2026, 5, 1, hour)).toISOString()
    const sun = Math.max(0, 3 * Math.sin((((hour % 24) - 4) / 14) * Math.PI))
    rows.push(`${at},a,${sun.toFixed(3)},0.3`)
  }
  writeFileSync(file, `${rows.join('\n')}\n`)
})
afterEach(() => rmSync(folder, { recursive: true }))

async function simulate(...argv: string[]) {
  let out = ''
  let err = ''
  const status = await runCommandLine(['simulate', ...argv], TABLE, {
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
    input: process.stdin,
  })
  return { status, out, err }
}
const recorded = () => [
  '--file',
  file,
  '--map',
  'ts=ts,casa=casa,produzione_kwh=pv,consumo_kwh=use',
  '--step',
  '1h',
  '--zone',
  'UTC',
]

describe('simulate', () => {
  test('says what would have been switched and why, and draws it', async () => {
    const svg = join(folder, 'day.svg')
    const { status, out } = await simulate(
      'a',
      '--day',
      '2026-06-03',
      ...recorded(),
      '--load',
      'pump=poolPump:700',
      '--svg',
      svg,
    )
    expect(status).toBe(0)
    expect(out).toMatch(/pump +on +\d+ W of surplus, \d+ W will do/)
    expect(out).toMatch(/pump +\d+\.?\d* +\d+\.?\d* +\d+/)
    const picture = readFileSync(svg, 'utf8')
    expect(picture).toMatch(/^<svg [^>]*aria-label="a, 2026-06-03"/)
    expect(picture).toContain('>pump</text>')
  })

  test('the same as data', async () => {
    const { out } = await simulate('a', '--day', '2026-06-03', ...recorded(), '--load', 'pump=poolPump', '--json')
    const { switches, loads } = JSON.parse(out)
    expect(switches[0]).toMatchObject({ load: 'pump', on: true, rule: 'surplus' })
    expect(loads[0].used_wh).toBeGreaterThanOrEqual(3000)
    expect(loads[0].own_wh / loads[0].used_wh).toBeGreaterThan(0.9)
  })

  test('of the hub’s own days takes out what a load drew while its relay was on', async () => {
    const data = join(folder, 'data')
    const base = await openStore(data)
    const control = await openControl(data)
    const noon = Date.UTC(2026, 5, 3, 10)
    const car = presetLoad({ house: 'a', id: 'car', kind: 'car', ratedW: 2000 })
    await addHouses(control, [{ ...HOUSE, keyHash: 'x' }], noon)
    await saveLoad(control, car, noon)
    await writeSettings(control, { zone: 'UTC' }, noon)
    const charging = (at: number) => at >= noon && at < noon + 2 * HOUR
    for (const [at, on] of [
      [noon, true],
      [noon + 2 * HOUR, false],
    ] as const)
      await control
        .insertInto('switching')
        .values({ house: 'a', load: 'car', at, is_on: on ? 1 : 0, origin: 'comando', rule: null })
        .execute()
    const readings = Array.from({ length: 24 * 60 }, (_, m) => {
      const at = Date.UTC(2026, 5, 3) + m * MINUTE
      const watts = { productionW: charging(at) ? 2600 : 0, consumptionW: charging(at) ? 2300 : 300 }
      return { ...NO_COUNTERS, house: 'a', series: 'bilancio' as const, at, ...watts, boot: 1, seq: m }
    })
    await base.ingest({ now: noon + DAY, readings, intervals: [], nodes: [], refusals: [], limits: {} })
    await control.destroy()
    await base.close()
    const { status, out, err } = await simulate('a', '--data', data, '--day', '2026-06-03', '--json')
    expect([status, err]).toEqual([0, ''])
    const { switches, loads } = JSON.parse(out)
    // 300 W and not 2,300 W beside 2,600 W of sun.
    expect(switches[0]).toMatchObject({ load: 'car', on: true, rule: 'surplus' })
    expect(switches[0].inputs.surplusW).toBe(2300)
    expect(loads[0].own_wh).toBeGreaterThan(3500)
  })

  test.each([
    [['--day', 'tomorrow'], /--day "tomorrow" is not right/],
    [['--day', '2026-06-09', '--load', 'pump=poolPump'], /no readings of a on 2026-06-09/],
    [['--day', '2026-06-03'], /no load to simulate/],
    [['--day', '2026-06-03', '--load', 'pump=pool'], /expected ID=KIND/],
    [['--day', '2026-06-03', '--load', 'pump=poolPump:x'], /ratedW is .*expected a whole number/],
  ])('%j is answered with a sentence', async (argv, sentence) => {
    const { status, err } = await simulate('a', ...argv, ...recorded())
    expect(status).not.toBe(0)
    expect(err).toMatch(sentence)
  })
})
