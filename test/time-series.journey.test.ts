import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { house, type TestHub, testHub } from './support/hub-in-process.ts'
import { dataFolder } from './support/hub-process.ts'

/** A database of time series on the loopback that is as strict about its lines as InfluxDB, and a hub that writes to it. */

const NOON = Date.UTC(2026, 5, 21, 10)
const MINUTE = 60_000
const LINE =
  /^(?<name>[A-Za-z_]+),house=(?<house>[A-Za-z0-9_-]+) (?<fields>[a-z_]+=-?\d+(\.\d+)?(?:,[a-z_]+=-?\d+(?:\.\d+)?)*) (?<at>\d{10})$/

/** Series and second -> fields: the same point again takes the place of the first. */
const points = new Map<string, Record<string, number>>()
let status = 204
const refused: string[] = []
const server = createServer((request, response) => {
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => {
    const answer = (code: number) => response.writeHead(code).end()
    if (status !== 204) return answer(status)
    if (request.headers.authorization !== 'Token secret-of-the-database') return answer(401)
    if (new URL(request.url ?? '', 'http://x').searchParams.get('precision') !== 's') return answer(400)
    for (const line of Buffer.concat(pieces).toString().trimEnd().split('\n')) {
      const groups = LINE.exec(line)?.groups
      if (!groups) {
        refused.push(line)
        return answer(400)
      }
      const fields = (groups['fields'] ?? '').split(',').map((pair) => pair.split('='))
      points.set(
        `${groups['house']} ${groups['at']}`,
        Object.fromEntries(fields.map(([name, value]) => [name, Number(value)])),
      )
    }
    return answer(204)
  })
})
let site: TestHub
const tokenFile = join(dataFolder(), 'influx.token')

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/api/v2/write?org=street&bucket=solar&precision=s`
  site = await testHub({ houses: [house('casa_A', 3000), house('casa_B', 0)], at: NOON, influx: { url, tokenFile } })
})
afterAll(async () => {
  await site.stop()
  server.closeAllConnections()
  server.close()
})

/** Ten minutes of 1200 W produced and 600 W used. */
async function tenMinutes() {
  const node = await site.node('casa_A')
  for (let i = 0; i <= 20; i += 1) {
    await node.publishAsync('comunita/casa_A/bilancio', '{"produzione_w":1200,"consumo_w":600}', { qos: 1 })
    site.clock.at += 30_000
  }
  await node.endAsync()
  site.clock.at += 5 * MINUTE
}

it('writes each slot that is over, with what is known of it and the token of the file', async () => {
  writeFileSync(tokenFile, 'secret-of-the-database\n')
  await tenMinutes()
  await site.hub.tellTimeSeries()
  expect(refused).toEqual([])
  expect(points.get(`casa_A ${NOON / 1000}`)).toEqual({
    ...{ produced_wh: 100, consumed_wh: 50, imported_wh: 0, exported_wh: 50 },
  })
  expect([...points.keys()].every((key) => key.startsWith('casa_A '))).toBe(true)
})

it('leaves nothing out of an outage of days, nor of a token that is missing', async () => {
  rmSync(tokenFile)
  const before = points.size
  const first = site.clock.at
  await tenMinutes()
  await site.hub.tellTimeSeries()
  expect(points.size).toBe(before)
  writeFileSync(tokenFile, 'secret-of-the-database\n')
  status = 503
  for (let day = 0; day < 3; day += 1) {
    site.clock.at += 24 * 60 * MINUTE
    await site.hub.tellTimeSeries()
  }
  expect(points.size).toBe(before)
  status = 204
  await site.hub.tellTimeSeries()
  const slot = Math.ceil(first / (5 * MINUTE)) * 5 * 60
  expect(points.get(`casa_A ${slot}`)).toMatchObject({ produced_wh: 100 })
})
