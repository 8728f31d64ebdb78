import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { BenchHouse } from './houses.ts'
import { readProcess } from './process-usage.ts'

export interface LoadJob {
  readonly port: number
  readonly houses: readonly BenchHouse[]
  /** Messages a second over all houses; null = as many as the windows let through. */
  readonly rate: number | null
  /** Unacknowledged messages a connection, without a rate. */
  readonly window: number
  readonly warmUpS: number
  readonly seconds: number
}

export interface LoadResult {
  /** Latencies from due to acknowledged, ms, of `count` messages. */
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly perSecond: number
  /** Share of one core that the load itself took. */
  readonly clientCpu: number
}

export interface Loaded extends LoadResult {
  /** Share of one core that the server took. */
  readonly serverCpu: number
  /** Transactions the server committed a second; null where nothing counts them. */
  readonly commitsPerSecond: number | null
  readonly rssKb: number
  readonly privateDirtyKb: number
}

const MARGIN_S = 20

/** Loads a server (process `pid`) from a process of its own, and looks at both while it counts. */
export async function load(pid: number, job: LoadJob, commits: () => number | null = () => null): Promise<Loaded> {
  const child = fork(fileURLToPath(new URL('./load-client.ts', import.meta.url)), { execArgv: [] })
  const overdue = setTimeout(() => child.kill('SIGKILL'), (job.warmUpS + job.seconds + MARGIN_S) * 1000)
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the load ended with ${String(code)}`)
  })
  // Awaited only in races: after the last of them the load ends, as it should.
  ended.catch(() => {})
  const next = () => Promise.race([once(child, 'message') as Promise<[unknown]>, ended])
  try {
    child.send(job)
    await next()
    const from = { at: performance.now(), cpu: readProcess(pid).cpuS, commits: commits() }
    const [result] = (await next()) as [LoadResult]
    const to = { at: performance.now(), ...readProcess(pid), commits: commits() }
    const elapsedS = (to.at - from.at) / 1000
    return {
      ...result,
      serverCpu: (to.cpuS - from.cpu) / elapsedS,
      commitsPerSecond: from.commits === null || to.commits === null ? null : (to.commits - from.commits) / elapsedS,
      rssKb: to.rssKb,
      privateDirtyKb: to.privateDirtyKb,
    }
  } finally {
    clearTimeout(overdue)
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  }
}
