import { execFile } from 'node:child_process'

/** Tells systemd how the hub is doing, where systemd started it (`Type=notify`, `NotifyAccess=all`); elsewhere nothing. */
export interface Supervisor {
  readonly ready: (status: string) => void
  /** The hub's heart has beaten: call after every completed tick. */
  readonly alive: () => void
  readonly stopping: () => void
}

type Notify = (args: readonly string[]) => void

/** Node has no datagram sockets of the local kind, so systemd's own small program carries the word. */
const notifyBySystemd: Notify = (args) => {
  execFile('systemd-notify', [...args], () => {})
}

export function systemdSupervisor(
  env: NodeJS.ProcessEnv,
  now: () => number,
  notify: Notify = notifyBySystemd,
): Supervisor {
  if (!env['NOTIFY_SOCKET']) return { ready: () => {}, alive: () => {}, stopping: () => {} }
  const watchdogMs = Number(env['WATCHDOG_USEC'] ?? 0) / 1000
  // Half of the watchdog's patience is what systemd asks for; oftener would only start more processes.
  const everyMs = watchdogMs / 2
  let last = Number.NEGATIVE_INFINITY
  return {
    ready: (status) => notify(['--ready', `--status=${status}`]),
    alive: () => {
      if (!(watchdogMs > 0) || now() - last < everyMs - TICK_SLACK_MS) return
      last = now()
      notify(['WATCHDOG=1'])
    },
    stopping: () => notify(['--stopping']),
  }
}

/** Ticks do not come on the millisecond. */
const TICK_SLACK_MS = 500
