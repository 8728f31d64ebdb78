import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dataFolder, stopAll } from './support/hub-process.ts'

/** The program as one file, in a folder where there is nothing else. */

const ROOT = fileURLToPath(new URL('../', import.meta.url))
let folder: string
let program: string
let env: NodeJS.ProcessEnv

beforeAll(() => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts')], { cwd: ROOT, stdio: 'pipe' })
  folder = dataFolder()
  program = join(folder, 'solar-family.cjs')
  copyFileSync(join(ROOT, 'build/solar-family.cjs'), program)
  env = { PATH: process.env['PATH'], SOLAR_FAMILY_NATIVE_CACHE: join(folder, 'cache') }
})
afterAll(stopAll)

function command<T>(...args: string[]): T {
  const out = execFileSync(process.execPath, [program, ...args, '--json'], { cwd: folder, env, encoding: 'utf8' })
  return JSON.parse(out) as T
}

it('runs commands and a hub with its threads, and unpacks its add-on once', async () => {
  const data = join(folder, 'data')
  expect(command('version')).toMatchObject({ name: 'solar-family' })
  const { key } = command<{ key: string }>('house', 'add', 'casa_A', '--peak', '3000', '--data', data)
  const args = ['hub', '--json', '--data', data, '--bind', '127.0.0.1', '--http-port', '0', '--mqtt-port', '0']
  const hub = spawn(process.execPath, [program, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(hub, 'exit')
  const [line] = (await once(createInterface({ input: hub.stdout }), 'line')) as [string]
  const { url, mqtt_port: port } = JSON.parse(line) as { url: string; mqtt_port: number }
  const node = await connectAsync({ host: '127.0.0.1', port, username: 'casa_A', password: key, reconnectPeriod: 0 })
  await node.publishAsync('comunita/casa_A/produzione', '{"potenza_w":1500}', { qos: 1 })
  await node.endAsync(true)
  const page = await (await fetch(`${url}/accesso`)).text()
  for (const name of ['style.css', 'app.js', 'icon.svg']) {
    const path = new RegExp(`/a/[0-9a-f]+/${name}`).exec(page)?.[0] ?? 'nowhere'
    expect((await fetch(url + path)).status).toBe(200)
  }
  command('backup', join(folder, 'backup.tar'), '--data', data)
  hub.kill()
  expect(await ended).toEqual([0, null])
  expect(readdirSync(join(folder, 'cache'))).toEqual([expect.stringMatching(/^better_sqlite3-[0-9a-f]{16}\.node$/)])
})
