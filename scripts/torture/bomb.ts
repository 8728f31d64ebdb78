import { connectAsync } from 'mqtt'
import type { Running } from '../../test/support/hub-process.ts'
import { readProcess } from '../bench/process-usage.ts'
import type { Row } from './row.ts'
import { rows } from './row.ts'
import type { Street } from './street.ts'
import { ask, makeStreet } from './street.ts'

const LIMIT_MS = 200
const BYTES = 65_000

/** JSON as mean as fits into the largest packet: deep, wide, long numbers, and keys that mean something to a prototype. */
export const BOMBS: Readonly<Record<string, string>> = {
  'arrays in arrays': '['.repeat(BYTES),
  'objects in objects': '{"a":'.repeat(BYTES / 5),
  'closed arrays': '['.repeat(BYTES / 2) + ']'.repeat(BYTES / 2),
  'many keys': `{${Array.from({ length: 5_000 }, (_, i) => `"k${i}":${i}`).join(',')}}`,
  'the same key': `{${'"potenza_w":1,'.repeat(BYTES / 14)}"potenza_w":1}`,
  'a long number': `{"potenza_w":${'9'.repeat(BYTES - 20)}}`,
  'a long fraction': `{"potenza_w":0.${'0'.repeat(BYTES - 30)}1}`,
  'beyond a double': '{"potenza_w":1e999}',
  prototype: `{"__proto__":{"potenza_w":1},"constructor":{"prototype":{}},"potenza_w":1}`,
  escapes: `{"potenza_w":"${'\\u0000'.repeat(BYTES / 6)}"}`,
}
/** Of each kind. */
const TIMES = 20
const COUNT = TIMES * Object.keys(BOMBS).length
/** Those that say a power that can be: the last of the same key counts, and a prototype's is nothing to anybody. */
const TAKEN = 3 * TIMES

/** A house sends what is made to stall; the page of another is asked for all the while. */
export async function bombTrial(): Promise<Row[]> {
  const street = await makeStreet(20)
  const hub = await street.start()
  const quiet = await longest(hub, () => new Promise((resolve) => setTimeout(resolve, 2_000)))
  const cpuS = () => readProcess(hub.ready.pid).cpuS
  const before = cpuS()
  let refused = 0
  const waited = await longest(hub, async () => {
    await overMqtt(street, hub)
    refused = await overHttp(street, hub)
  })
  // Whatever else the machine does: nothing stalls for longer than it takes the processor.
  const worked = ((cpuS() - before) * 1000) / (2 * COUNT)
  const alive = (await ask(hub, '/healthz', {}))?.status === 200
  await hub.stop()
  return rows(
    `JSON bombs x ${2 * COUNT}`,
    ['longest wait for /healthz, without bombs', `${Math.round(quiet)} ms`, 'reported', true],
    ['longest wait for /healthz, under bombs', `${Math.round(waited)} ms`, 'reported', true],
    ['processor time a bomb', `${worked.toFixed(1)} ms`, `at most ${LIMIT_MS} ms`, worked <= LIMIT_MS],
    ['refused with 4xx over HTTP', `${refused} of ${COUNT}`, String(COUNT - TAKEN), refused === COUNT - TAKEN],
    ['the hub is well', alive ? 'yes' : 'no', 'yes', alive],
  )
}

/** The longest that a small request took while `work` went on, ms. */
async function longest(hub: Running, work: () => Promise<unknown>): Promise<number> {
  let done = false
  let most = 0
  const asking = (async () => {
    while (!done) {
      const from = performance.now()
      await ask(hub, '/healthz', {})
      most = Math.max(most, performance.now() - from)
    }
  })()
  await work()
  done = true
  await asking
  return most
}

async function overMqtt({ key }: Street, hub: Running): Promise<void> {
  const client = await connectAsync({ host: '127.0.0.1', port: hub.ready.mqtt_port, username: 'casa_A', password: key })
  for (let i = 0; i < TIMES; i += 1)
    for (const bomb of Object.values(BOMBS)) await client.publishAsync('comunita/casa_A/produzione', bomb, { qos: 1 })
  await client.endAsync()
}

/** How many were answered with 4xx; a 5xx is a fault of the hub. */
async function overHttp({ key }: Street, hub: Running): Promise<number> {
  let refused = 0
  const authorization = `Basic ${Buffer.from(`casa_A:${key}`).toString('base64')}`
  for (let i = 0; i < TIMES; i += 1)
    for (const body of Object.values(BOMBS)) {
      const { status } = await fetch(`${hub.ready.url}/api/produzione/`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: body.startsWith('{') ? body.replace('{', '{"casa":"casa_A",') : body,
      })
      if (status >= 400 && status < 500) refused += 1
    }
  return refused
}
