import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { HubHealth } from './program-folder.ts'

const UNIT = 'solar-family.service'
const RESTART_WITHIN_MS = 60_000
const ANSWER_WITHIN_MS = 5000

function systemctl(...args: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('systemctl', [...args, UNIT], { timeout: RESTART_WITHIN_MS }, (error) => resolve(error === null))
  })
}

/** The hub as systemd runs it. */
export const hubService = {
  /** How the hub on `url` is, `stopped` where systemd neither runs nor starts it. */
  async health(url: string): Promise<HubHealth> {
    if (!existsSync('/run/systemd/system') || !(await systemctl('is-active', '--quiet')))
      return (await isStarting()) ? 'silent' : 'stopped'
    try {
      const { status } = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
      return status === 200 ? 'well' : status === 503 ? 'degraded' : 'silent'
    } catch {
      return 'silent'
    }
  },

  async restart(): Promise<void> {
    await systemctl('restart')
  },
}

/** Between two attempts of a service that fails, too. */
function isStarting(): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('systemctl', ['show', '--property=ActiveState', '--value', UNIT], (_, out) =>
      resolve(['activating', 'reloading', 'deactivating'].includes(out.trim())),
    )
  })
}
