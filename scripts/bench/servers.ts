import { fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { start } from '../../test/support/hub-process.ts'

/** A broker under load. */
export interface Server {
  readonly pid: number
  readonly port: number
  /** Transactions it has committed so far, or null where it keeps nothing. */
  readonly commits: () => number | null
  readonly stop: () => Promise<void>
}

/** The hub as it is started from a checkout, with `key=value` settings where they differ from the usual ones. */
export async function startHubServer(data: string, ...settings: readonly string[]): Promise<Server> {
  const set = ['log.level=warn', ...settings].flatMap((setting) => ['--set', setting])
  const hub = await start('hub', '--data', data, '--bind', '127.0.0.1', ...set)
  return {
    pid: hub.ready.pid,
    port: hub.ready.mqtt_port,
    commits: () => committed(join(data, 'readings.db-shm')),
    stop: async () => void (await hub.stop()),
  }
}

/** aedes as it comes, without storage: what the hub's acknowledgement is measured against. */
export async function startBareAedes(): Promise<Server> {
  const child = fork(fileURLToPath(new URL('./bare-aedes.ts', import.meta.url)), { execArgv: [] })
  const [port] = (await once(child, 'message')) as [number]
  return {
    pid: child.pid ?? 0,
    port,
    commits: () => null,
    stop: async () => {
      child.kill()
      await once(child, 'exit')
    },
  }
}

/** Where the index of a write-ahead log counts transactions (SQLite's "WAL-mode file format", field iChange). */
const CHANGES_AT = 8

function committed(shm: string): number | null {
  const file = openSync(shm, 'r')
  try {
    const bytes = Buffer.alloc(4)
    readSync(file, bytes, 0, 4, CHANGES_AT)
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  } finally {
    closeSync(file)
  }
}
