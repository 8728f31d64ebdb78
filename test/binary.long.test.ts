import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterAll, describe, expect, it } from 'vitest'
import type { Arch } from '../scripts/package/arch.ts'
import { ARCHS } from '../scripts/package/arch.ts'
import { makeBinary } from '../scripts/package/binary.ts'
import { needs } from './needs.ts'
import { dataFolder, stopAll } from './support/hub-process.ts'
import type { Launcher } from './support/packaged.ts'
import { binaryOf, runPackaged, runsHere, startPackaged, wordsOf } from './support/packaged.ts'

/** The program as one executable, on both processors: what a hub does from its first start to a restored backup. */

const arm64 = needs(
  runsHere('arm64'),
  'the journeys of the arm64 program',
  'qemu-user-static libatomic1-arm64-cross libstdc++6-arm64-cross',
)

afterAll(stopAll)

describe.runIf(runsHere('x64'))('x64', () => {
  it('lives a first day', { timeout: 300_000 }, () => firstDay('x64'))
})
describe.runIf(runsHere('x64'))('the executable', () => {
  it.each(ARCHS)(
    'of %s is the same bytes when it is made again, by another process in another folder',
    { timeout: 300_000 },
    async (arch) => {
      const again = await makeBinary(arch, { out: join(dataFolder(), 'again') })
      expect(readFileSync(again).equals(readFileSync(binaryOf(arch)))).toBe(true)
    },
  )
})
describe.runIf(arm64)('arm64', () => {
  it('lives a first day', { timeout: 900_000 }, () => firstDay('arm64'))
})

async function firstDay(arch: Arch): Promise<void> {
  const folder = dataFolder()
  const data = join(folder, 'data')
  // Nothing of the checkout and nothing of the user: what the program has, it brings along.
  const env = { PATH: '/usr/bin:/bin', SOLAR_FAMILY_NATIVE_CACHE: join(folder, 'cache') }
  const launcher: Launcher = { words: wordsOf(arch), env }
  const { key } = runPackaged<{ key: string }>(launcher, 'house', 'add', 'casa_A', '--peak', '3000', '--data', data)
  const { token } = runPackaged<{ token: string }>(launcher, 'token', 'create', '--role', 'reader', '--data', data)
  expect(Array.isArray(runPackaged(launcher, 'node', 'list'))).toBe(true)
  expect(runPackaged(launcher, 'version')).toMatchObject({ name: 'solar-family' })

  const hub = await startPackaged(launcher, data)
  const { url, mqtt_port: port } = hub.ready
  const node = await connectAsync({
    host: '127.0.0.1',
    port,
    username: 'casa_A',
    password: key,
    reconnectPeriod: 0,
    connectTimeout: 120_000,
  })
  await node.publishAsync('comunita/casa_A/bilancio', '{"produzione_w":1500,"consumo_w":400}', { qos: 1 })
  await node.endAsync(true)
  const page = await (await fetch(`${url}/accesso`)).text()
  for (const [name, type] of [
    ['style.css', 'text/css'],
    ['app.js', 'text/javascript'],
    ['icon.svg', 'image/svg'],
  ] as const) {
    const path = new RegExp(`/a/[0-9a-f]+/${name}`).exec(page)?.[0] ?? '/nowhere'
    const answer = await fetch(url + path)
    expect(answer.status, name).toBe(200)
    expect(answer.headers.get('content-type')).toContain(type)
  }
  expect(await stateOf(url, token)).toMatchObject({ case: [{ nome: 'casa_A', bilancio_w: 1100 }] })
  const backup = join(folder, 'street.tar')
  runPackaged(launcher, 'backup', backup, '--data', data)
  expect(await hub.stop()).toEqual([0, null])

  const other = join(folder, 'other')
  const { restored } = runPackaged<{ restored: unknown[] }>(launcher, 'restore', backup, '--data', other)
  expect(restored).toMatchObject([{ file: 'control.db' }, { file: 'readings.db', rows: { reading: 1 } }])
  expect(readdirSync(join(folder, 'cache')).toSorted()).toEqual([
    expect.stringMatching(/^better_sqlite3-[0-9a-f]{16}\.node$/),
    expect.stringMatching(/^serialport-[0-9a-f]{16}\.node$/),
  ])
}

async function stateOf(url: string, token: string): Promise<unknown> {
  return (await fetch(`${url}/api/comunita/stato/`, { headers: { authorization: `Bearer ${token}` } })).json()
}
