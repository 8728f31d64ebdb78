import { dataFolder, runJson, start } from './hub-process.ts'
import { readingsOf } from './readings-of.ts'
import { compare, SteadyNode } from './steady-node.ts'

export interface KillTally {
  readonly kills: number
  readonly acknowledged: number
  /** Acknowledged, and not in the file afterwards. */
  readonly lost: number
  /** In the file more than once. */
  readonly doubled: number
  /** From its start to its readiness line, at most, ms. */
  readonly slowestStartMs: number
}

/**
 * A hub under load is killed with SIGKILL again and again; every message it acknowledged must be in its file exactly once.
 * The node sends again what was not acknowledged, as a real one does.
 */
export async function killLoop({
  kills,
  messagesPerSecond,
  load,
}: {
  kills: number
  messagesPerSecond: number
  load: () => Promise<void>
}): Promise<KillTally> {
  const data = dataFolder()
  const { key } = await runJson<{ key: string }>('house', 'add', 'casa_A', '--peak', '3000', '--data', data)
  const node = new SteadyNode('casa_A', key, messagesPerSecond)
  const options = ['--data', data, '--bind', '127.0.0.1', '--set', 'log.level=silent', '--set', 'mqtt.rate_limit=0']
  let slowestStartMs = 0
  for (let round = 0; round < kills; round += 1) {
    const begun = performance.now()
    const hub = await start('hub', ...options)
    slowestStartMs = Math.max(slowestStartMs, performance.now() - begun)
    await node.start(hub.ready.mqtt_port)
    await load()
    await hub.stop('SIGKILL')
    await node.stop()
  }
  const { lost, doubled } = compare(node.acknowledged, readingsOf(data))
  return { kills, acknowledged: node.acknowledged.size, lost, doubled, slowestStartMs: Math.round(slowestStartMs) }
}
