import { connectAsync } from 'mqtt'
import { dataFolder, runJson, start } from './hub-process.ts'
import { readingsOf } from './readings-of.ts'

export interface KillTally {
  readonly kills: number
  readonly acknowledged: number
  /** Acknowledged, and not in the file afterwards. */
  readonly lost: number
  /** In the file more than once. */
  readonly doubled: number
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
  const acknowledged = new Set<number>()
  let seq = 0
  for (let round = 0; round < kills; round += 1) {
    const hub = await start('hub', '--data', data, '--bind', '127.0.0.1', '--set', 'log.level=silent')
    const client = await connectAsync({
      host: '127.0.0.1',
      port: hub.ready.mqtt_port,
      username: 'casa_A',
      password: key,
      reconnectPeriod: 0,
    })
    client.on('error', () => {})
    const timer = setInterval(() => {
      for (let i = 0; i < messagesPerSecond / 100; i += 1) {
        const mine = seq++
        const payload = JSON.stringify({ potenza_w: mine % 3000, boot: 1, seq: mine })
        client.publishAsync('comunita/casa_A/produzione', payload, { qos: 1 }).then(
          () => acknowledged.add(mine),
          () => {},
        )
      }
    }, 10)
    await load()
    clearInterval(timer)
    await hub.stop('SIGKILL')
    await client.endAsync(true)
  }
  const stored = readingsOf(data)
  const lost = [...acknowledged].filter((mine) => !stored.has(mine)).length
  const doubled = [...stored.values()].filter((count) => count > 1).length
  return { kills, acknowledged: acknowledged.size, lost, doubled }
}
