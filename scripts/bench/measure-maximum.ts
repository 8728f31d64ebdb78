import { mosquittoPath } from '../../test/needs.ts'
import { dataFolder } from './folders.ts'
import { importHouses } from './houses.ts'
import type { Loaded } from './load.ts'
import { load } from './load.ts'
import type { LoadTimes } from './measure-load.ts'
import type { Row } from './row.ts'
import { rows } from './row.ts'
import { mean } from './samples.ts'
import type { Server } from './servers.ts'
import { startBareAedes, startHubServer, startMosquittoServer } from './servers.ts'

const HOUSES = 50
/** Messages a connection has on their way: enough that no commit waits for the network. */
const WINDOW = 100
/** A house is slowed down long before this; what is asked here is what the hub could do. */
const NO_RATE_LIMIT = 'mqtt.rate_limit=0'

/** The most messages a second that are acknowledged, each on disk before, and beside it what aedes does that keeps nothing. */
export async function measureMaximum(rounds: number, times: LoadTimes): Promise<Row[]> {
  const hubs: Loaded[] = []
  const bares: Loaded[] = []
  const others: Loaded[] = []
  const othersStored: number[] = []
  // In turn, because a machine is not equally fast all the time.
  for (let round = 0; round < rounds; round += 1) {
    const data = dataFolder()
    const houses = await importHouses(data, HOUSES)
    const run = async (server: Server): Promise<Loaded> => {
      const job = { port: server.port, houses, rate: null, window: WINDOW, ...times }
      const loaded = await load(server.pid, job, server.commits)
      await server.stop()
      return loaded
    }
    hubs.push(await run(await startHubServer(data, NO_RATE_LIMIT)))
    bares.push(await run(await startBareAedes()))
    if (!mosquittoPath()) continue
    const mosquitto = await startMosquittoServer(data)
    const before = { at: performance.now(), stored: await mosquitto.stored() }
    others.push(await run({ ...mosquitto, stop: async () => {} }))
    othersStored.push(((await mosquitto.stored()) - before.stored) / ((performance.now() - before.at) / 1000))
    await mosquitto.stop()
  }
  const most = (loaded: readonly Loaded[]) => mean(loaded.map((l) => l.perSecond))
  const each = (name: string, loaded: readonly Loaded[]) =>
    loaded.map((l, i) => [`${name}, round ${i + 1}`, l.perSecond, 'msg/s'] as const)
  const share = (loaded: readonly Loaded[], of: 'serverCpu' | 'clientCpu') => 100 * mean(loaded.map((l) => l[of]))
  return rows(
    `maximum, ${HOUSES} connections, no rate limit`,
    ...each('durable', hubs),
    ...each('bare aedes', bares),
    ['durable, mean', most(hubs), 'msg/s'],
    ['bare aedes, mean', most(bares), 'msg/s'],
    ['durable / bare aedes', most(hubs) / most(bares), ''],
    ...(others.length === 0
      ? []
      : ([
          ['mosquitto, acknowledged before it is stored', most(others), 'msg/s'],
          ['a subscriber of it that writes SQLite, stored', mean(othersStored), 'msg/s'],
          ['durable / stored by the subscriber', most(hubs) / mean(othersStored), ''],
        ] as const)),
    ['commits', mean(hubs.map((l) => l.commitsPerSecond ?? Number.NaN)), '1/s'],
    ['PUBACK p50, durable', mean(hubs.map((l) => l.p50)), 'ms'],
    ['hub, of one core', share(hubs, 'serverCpu'), '%'],
    ['bare aedes, of one core', share(bares, 'serverCpu'), '%'],
    ['load against the hub, of one core', share(hubs, 'clientCpu'), '%'],
    ['load against bare aedes, of one core', share(bares, 'clientCpu'), '%'],
  )
}
