import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dataFolder } from '../../test/support/hub-process.ts'
import { readingsOf } from '../../test/support/readings-of.ts'
import { compare } from '../../test/support/steady-node.ts'
import { preloaded } from './preload.ts'
import type { Row } from './row.ts'
import { rows } from './row.ts'
import { healthOf, makeStreet, seconds, secondsUntil } from './street.ts'

/** Every fourth sync fails: far more than a dying card does. */
const PROBABILITY = 0.25
const LOAD_MS = 6_000
/** What is looked after once a minute and failed is tried again a minute later; a failed backup as well. */
const WELL_WITHIN_MS = 130_000

/** fsync and fdatasync fail at random under load; then the disk is well again. */
export async function ioErrorsTrial(): Promise<Row[]> {
  const libraries = preloaded('fiu-utils', 'I/O errors', 'fiu/fiu_run_preload.so', 'fiu/fiu_posix_preload.so')
  const street = await makeStreet(200)
  const { node, reader } = street
  const fifo = join(dataFolder(), 'fiu')
  const hub = await street.start({ LD_PRELOAD: libraries, FIU_CTRL_FIFO: fifo })
  const tell = (command: string) =>
    execFileSync('fiu-ctrl', ['-f', fifo, '-c', command, String(hub.ready.pid)], { stdio: 'pipe', timeout: 20_000 })
  await node.start(hub.ready.mqtt_port)
  await secondsUntil(() => node.acknowledged.size > 50)
  tell(`enable_random name=posix/io/sync/*,probability=${PROBABILITY}`)
  let told = false
  const begun = node.acknowledged.size
  for (const until = performance.now() + LOAD_MS; performance.now() < until; await sleep(20))
    told ||= (await healthOf(hub, reader))?.reasons.includes('storage') === true
  const alive = (await healthOf(hub, reader)) !== null && hub.child.exitCode === null
  const during = node.acknowledged.size - begun
  tell('disable name=posix/io/sync/*')
  let reasons: readonly string[] = []
  const recovered = await secondsUntil(async () => {
    const health = await healthOf(hub, reader)
    reasons = health?.reasons ?? ['no answer']
    return node.open < 20 && health?.status === 200
  }, WELL_WITHIN_MS)
  await node.stop()
  const { code } = await hub.stop()
  const { lost, doubled } = compare(node.acknowledged, readingsOf(street.data))
  return rows(
    `I/O errors (${PROBABILITY * 100} % of syncs)`,
    ['said by /healthz meanwhile', told ? 'yes' : 'no', 'yes', told],
    ['the hub lives and answers', alive ? 'yes' : 'no', 'yes', alive],
    ['acknowledged meanwhile', during, 'over 0', during > 0],
    [
      'acknowledged and lost, or stored twice',
      `${lost}, ${doubled} of ${node.acknowledged.size}`,
      '0, 0',
      lost + doubled === 0,
    ],
    [
      'all sent and well once the disk is, after',
      recovered === null ? `never: ${reasons.join(', ')}` : seconds(recovered),
      `within ${WELL_WITHIN_MS / 1000} s`,
      recovered !== null,
    ],
    ['stopped with', code ?? 'a signal', '0', code === 0],
  )
}
