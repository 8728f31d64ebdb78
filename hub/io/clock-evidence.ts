import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { uptime } from 'node:os'

/** What the machine can tell about its clocks. */
export interface ClockEvidence {
  /** Names this run of the machine: monotonic clocks compare only within one. */
  readonly machineRun: string
  /** How long the machine has been running, ms. */
  readonly upFor: () => number
  /** Whether it has a clock that goes on while it is off. */
  readonly keepsTime: boolean
  /** When the system last got the time from the network, epoch ms; null when it does not tell. */
  readonly syncedAt: () => number | null
}

/** systemd-timesyncd touches it whenever it has the time from a server. */
const SYNCHRONISED = '/run/systemd/timesync/synchronized'

export function systemEvidence(): ClockEvidence {
  return {
    machineRun: bootId() ?? randomUUID(),
    upFor: () => uptime() * 1000,
    keepsTime: existsSync('/sys/class/rtc/rtc0'),
    syncedAt: () => statSync(SYNCHRONISED, { throwIfNoEntry: false })?.mtimeMs ?? null,
  }
}

function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return null
  }
}

/** Of a clock that is made up: nothing is known, and nothing is to be doubted. */
export function noEvidence(): ClockEvidence {
  return { machineRun: randomUUID(), upFor: () => Number.POSITIVE_INFINITY, keepsTime: true, syncedAt: () => null }
}
