import { execFile } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { makeLog } from '../hub/io/log.ts'
import { startHub } from '../hub/start-hub.ts'
import type { TestHub } from './support/hub-in-process.ts'
import { house, testHub } from './support/hub-in-process.ts'
import { dataFolder } from './support/hub-process.ts'

// Backups and damage on a whole hub: real files, real threads, the real command line beside it.

const root = fileURLToPath(new URL('../', import.meta.url))
const at = Date.now()
let street: TestHub
beforeEach(async () => {
  street = await testHub({ houses: [house('a', 3000)], at })
})
afterEach(() => street.stop())

function command(data: string, ...words: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['hub/main.ts', ...words, '--data', data], { cwd: root }, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    ).stdin?.end()
  })
}

async function measure(seconds: number): Promise<number> {
  const response = await street.as('bridge', '/api/bilancio/', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ casa: 'a', ts: Math.floor(at / 1000) - 3600 + seconds, produzione_w: 1000, consumo_w: 500 }),
  })
  return response.status
}

const readings = async () => (await street.hub.store.readings.selectFrom('reading').select('at').execute()).length
const audits = async () =>
  (await street.hub.store.control.selectFrom('audit').select('what').execute()).map((r) => r.what)

it('is backed up while it runs, restored on a blank machine, and examined', async () => {
  for (let s = 0; s < 60; s += 10) expect(await measure(s)).toBe(201)
  const file = join(dataFolder(), 'street.tar')
  const made = await command(street.dataDir, 'backup', file, '--json')
  expect(made.status, made.stderr).toBe(0)
  expect(JSON.parse(made.stdout)).toMatchObject({
    file,
    raw: true,
    files: [{ name: 'control.db' }, { rows: { reading: 6 } }],
  })
  const refused = await command(street.dataDir, 'restore', file, '--force')
  expect(refused.status).toBe(1)
  expect(refused.stderr).toContain(`process id ${process.pid}`)

  const other = join(dataFolder(), 'blank')
  const restored = await command(other, 'restore', file)
  expect(restored.status, restored.stderr).toBe(0)
  expect(restored.stdout).toContain('6 raw readings')
  expect((await command(other, 'restore', file)).stderr).toContain('holds data already')
  const again = await command(other, 'restore', file, '--force', '--json')
  expect(JSON.parse(again.stdout).aside).toHaveLength(2)

  const doctor = await command(street.dataDir, 'doctor', '--json')
  expect(doctor.status, doctor.stdout).toBe(0)
  const { findings } = JSON.parse(doctor.stdout) as { findings: { check: string; result: string; detail: string }[] }
  expect(Object.fromEntries(findings.map((f) => [f.check, f.result]))).toMatchObject({
    'data folder': 'PASS',
    'control.db': 'PASS',
    'readings.db': 'PASS',
  })
  expect(findings.find((f) => f.check === 'ports')?.detail).toContain(`process id ${process.pid}`)
  writeFileSync(join(other, 'control.db'), 'garbage '.repeat(1000))
  const ill = await command(other, 'doctor')
  expect(ill.status).toBe(1)
  expect(ill.stdout).toContain('FAIL  control.db: damaged')
  expect(await audits()).toContain('backup')
})

it('has its data folder to itself', async () => {
  const second = startHub(street.config, { clock: { now: () => at, elapsed: () => at }, log: makeLog('silent') })
  await expect(second).rejects.toThrow(`process id ${process.pid}`)
  expect(await measure(0)).toBe(201)
})

it('starts on a damaged file of readings, and goes on measuring', async () => {
  for (let s = 0; s < 60; s += 10) await measure(s)
  await street.restart(() => writeFileSync(join(street.dataDir, 'readings.db'), 'garbage '.repeat(4000)))
  expect(await measure(100)).toBe(201)
  await expect
    .poll(async () => (await (await street.as('reader', '/healthz')).json()) as object)
    .toEqual({ stato: 'ok', motivi: [] })
  expect(await readings()).toBe(1)
  await expect.poll(audits).toEqual(expect.arrayContaining(['readings.db damaged', 'readings recovered']))
  expect(readdirSync(street.dataDir).filter((n) => n.startsWith('readings.db.corrupt-'))).toHaveLength(1)
})

it('goes on with all it knows when control.db is damaged while it runs', async () => {
  await street.hub.tick()
  const houses = JSON.stringify([...street.hub.registry.current.houses])
  const cookie = await street.signIn('ada')
  // What was changed last is remembered within a second or two.
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  const file = join(street.dataDir, 'control.db')
  for (const end of ['', '-wal']) writeFileSync(file + end, 'noise '.repeat(40_000))
  street.clock.at += 60_000
  await vi.waitFor(() => expect(readdirSync(street.dataDir).join()).toContain('control.db.corrupt-'), {
    timeout: 60_000,
    interval: 200,
  })
  await vi.waitFor(async () => expect(await audits()).toContain('control.db damaged'), { timeout: 20_000 })
  expect(await measure(0)).toBe(201)
  expect((await fetch(`${street.url}/impianto`, { headers: { cookie }, redirect: 'manual' })).status).toBe(200)
  await street.restart()
  expect(JSON.stringify([...street.hub.registry.current.houses])).toBe(houses)
  expect(await measure(10)).toBe(201)
  expect((await street.as('technician', '/healthz')).status).toBe(200)
})
