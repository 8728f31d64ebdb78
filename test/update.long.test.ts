import { execFileSync, spawn } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { updateHead } from '../hub/io/update-file.ts'
import { dataFolder, run, runJson, stopAll } from './support/hub-process.ts'

/** Updates on real files by the real command, killed at random moments. The programs are this checkout under two version numbers. */

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const KILLS = 10

let folder: string
let data: string
let args: readonly string[]

beforeAll(async () => {
  folder = dataFolder()
  data = join(folder, 'data')
  await runJson('house', 'add', 'casa_A', '--peak', '3000', '--data', data)
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const keys = join(folder, 'keys.pem')
  writeFileSync(keys, publicKey)
  const next = program('0.2.0')
  const head = updateHead(
    {
      format: 'solar-family-update',
      program: '0.2.0',
      arch: process.arch as 'x64',
      bytes: next.length,
      sha256: createHash('sha256').update(next).digest('hex'),
    },
    privateKey,
  )
  const file = join(folder, 'next.update')
  writeFileSync(file, Buffer.concat([head, gzipSync(next, { level: 1 })]))
  args = ['update', file, '--keys', keys, '--data', data]
})

afterAll(stopAll)

/** A program of some size, so that writing it takes its time. */
function program(version: string): Buffer {
  const start = `exec '${process.execPath}' --import '${ROOT}scripts/jsx.mjs' '${ROOT}hub/main.ts' "$@"`
  const script = `#!/bin/sh\nif [ "$1" = version ]; then echo '{"version":"${version}"}'; exit; fi\n${start}\n`
  return Buffer.concat([Buffer.from(script), Buffer.alloc(32 << 20, '# nothing\n')])
}

function installed(name: string): string {
  const root = join(folder, name)
  mkdirSync(join(root, 'versions/0.1.0'), { recursive: true })
  writeFileSync(join(root, 'versions/0.1.0/solar-family'), program('0.1.0'), { mode: 0o755 })
  symlinkSync('versions/0.1.0', join(root, 'current'))
  return root
}

function currentOf(root: string): string {
  return execFileSync(join(root, 'current/solar-family'), ['version'], { encoding: 'utf8' })
}

it('changes to the new version, keeps the one before, and goes to newer ones only', async () => {
  const root = installed('whole')
  expect(await runJson(...args, '--program', root)).toEqual({
    outcome: 'kept-unjudged',
    version: '0.2.0',
    previous: '0.1.0',
  })
  expect(currentOf(root)).toContain('0.2.0')
  expect(readdirSync(join(root, 'versions')).toSorted()).toEqual(['0.1.0', '0.2.0'])
  expect(readdirSync(data).filter((name) => name.startsWith('.update'))).toEqual([])
  const again = await run(...args, '--program', root)
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining('0.2.0 is installed') })
})

it('changes nothing where it cannot be tried on a copy of the data', async () => {
  const root = installed('broken')
  const bad = join(folder, 'bad')
  cpSync(data, bad, { recursive: true })
  writeFileSync(join(bad, 'control.db'), 'not a database')
  const { code, err } = await run(...args.slice(0, -1), bad, '--program', root)
  expect(code, err).toBe(1)
  expect(err).toContain('not a database')
  expect(currentOf(root)).toContain('0.1.0')
})

it(`leaves one version that runs whenever it is killed (${KILLS} times)`, { timeout: 600_000 }, async () => {
  const started = performance.now()
  await runJson(...args, '--program', installed('measure'))
  const whole = performance.now() - started
  const found: string[] = []
  for (let i = 0; i < KILLS; i++) {
    const root = installed(`kill-${i}`)
    const update = spawn(
      process.execPath,
      ['--import', `${ROOT}scripts/jsx.mjs`, `${ROOT}hub/main.ts`, ...args, '--program', root],
      { stdio: 'ignore', detached: true },
    )
    const ended = once(update, 'exit')
    // Evenly over its whole life, with some chance in it.
    const timer = setTimeout(() => process.kill(-Number(update.pid), 'SIGKILL'), ((i + Math.random()) / KILLS) * whole)
    await ended
    clearTimeout(timer)
    expect(readlinkSync(join(root, 'current'))).toMatch(/^versions\/0\.[12]\.0$/)
    const version = currentOf(root)
    await run('update', '--settle', '--program', root, '--data', data)
    expect(currentOf(root)).toBe(version)
    expect(existsSync(join(root, 'pending.json'))).toBe(false)
    found.push(version)
  }
  expect(found.length).toBe(KILLS)
  // What was left lying about does not stand in the way of the next one.
  const { version } = await runJson<{ version: string }>(...args, '--program', join(folder, 'kill-0'))
  expect(version).toBe('0.2.0')
})
