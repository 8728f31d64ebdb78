import type { Launcher } from '../../test/support/packaged.ts'
import { runsHere } from '../../test/support/packaged.ts'
import type { Arch } from '../package/arch.ts'
import { ARCHS } from '../package/arch.ts'
import { dataFolder } from './folders.ts'
import { importHouses } from './houses.ts'
import type { Loaded } from './load.ts'
import { load } from './load.ts'
import type { Row } from './row.ts'
import { mib, rows } from './row.ts'
import { executableOf, startExecutable, startHubServer } from './servers.ts'

type StartServer = typeof startHubServer

export interface LoadTimes {
  readonly warmUpS: number
  readonly seconds: number
}

/** A community at its usual pace: 100 houses that each say something every second. */
export async function measureCommunity(times: LoadTimes): Promise<Row[]> {
  const result = usage('100 houses x 1 msg/s', await offer(100, [100], times))
  const arch = process.arch as Arch
  if (!runsHere(arch)) return result
  const launcher = executableOf(arch)
  const executable: StartServer = (...given) => startExecutable(launcher, ...given)
  const packaged = asPackaged(launcher)
  for (const [measure, houses, rate, startServer] of [
    ['the same, one executable', 100, 100, executable],
    ['500 houses x 1 msg per 5 s, one executable', 500, 100, executable],
    ['100 houses x 1 msg/s, as the package sets it', 100, 100, packaged],
    ['100 houses x 1 msg per 5 s, as the package sets it', 100, 20, packaged],
  ] as const)
    result.push(...usage(measure, await offer(houses, [rate], times, startServer)))
  return result
}

/**
 * The arm64 program by qemu against this processor's own: what emulation costs, and nothing about a Raspberry Pi. Memory is qemu's as well.
 */
export async function measureEmulated(times: LoadTimes): Promise<Row[]> {
  if (process.arch !== 'x64' || !runsHere('arm64')) return []
  const measure = '100 houses x 1 msg per 5 s, as the package sets it'
  const shares = []
  for (const arch of ARCHS) {
    const loaded = await offer(100, [20], times, asPackaged(executableOf(arch)))
    shares.push(...loaded.map((l) => l.serverCpu))
  }
  const [own = Number.NaN, emulated = Number.NaN] = shares
  return rows(
    measure,
    ['processor, of one core: x64', 100 * own, '%'],
    ['processor, of one core: arm64 by qemu', 100 * emulated, '%'],
    ['processor: arm64 by qemu, against x64', emulated / own, ''],
  )
}

const asPackaged =
  (launcher: Launcher): StartServer =>
  (data, ...settings) =>
    startExecutable(launcher, data, 'ingest.commit_interval_ms=2500', ...settings)

function usage(measure: string, loaded: readonly Loaded[]): Row[] {
  return loaded.flatMap((l) =>
    rows(
      measure,
      ...latencies(l),
      ['VmRSS', mib(l.rssKb), 'MiB'],
      ['private dirty', mib(l.privateDirtyKb), 'MiB'],
      ['processor, of one core', 100 * l.serverCpu, '%'],
    ),
  )
}

/** How long an acknowledgement takes as more is offered. */
export async function measureRates(rates: readonly number[], times: LoadTimes): Promise<Row[]> {
  const loaded = await offer(50, rates, times)
  return loaded.flatMap((l, i) =>
    rows(`50 houses, ${rates[i]} msg/s`, ['acknowledged', l.perSecond, 'msg/s'], ...latencies(l), [
      'processor, of one core',
      100 * l.serverCpu,
      '%',
    ]),
  )
}

/** The rates one after another on one hub. */
async function offer(
  houseCount: number,
  rates: readonly number[],
  times: LoadTimes,
  startServer: StartServer = startHubServer,
): Promise<Loaded[]> {
  const data = dataFolder()
  const houses = await importHouses(data, houseCount)
  const hub = await startServer(data, `mqtt.max_connections_per_address=${2 * houseCount}`)
  const loaded: Loaded[] = []
  for (const rate of rates)
    loaded.push(await load(hub.pid, { port: hub.port, houses, rate, window: 0, ...times }, hub.commits))
  await hub.stop()
  return loaded
}

function latencies({ p50, p95, p99 }: Loaded): readonly (readonly [string, number, string])[] {
  return [
    ['PUBACK p50', p50, 'ms'],
    ['PUBACK p95', p95, 'ms'],
    ['PUBACK p99', p99, 'ms'],
  ]
}
