import { setTimeout as sleep } from 'node:timers/promises'
import type { Running } from '../../test/support/hub-process.ts'
import { dataFolder, run, runJson, startWith } from '../../test/support/hub-process.ts'
import { SteadyNode } from '../../test/support/steady-node.ts'

/** A community of one house on real processes, and what its people and its node see of it. */
export interface Street {
  readonly data: string
  readonly key: string
  readonly reader: string
  readonly node: SteadyNode
  readonly start: (env?: Readonly<Record<string, string>>, ...more: string[]) => Promise<Running>
}

const HOUSE = 'casa_A'
const PASSWORD = 'torture and patience'
export const NOT_SOON = 60_000

export async function makeStreet(perSecond: number, data = dataFolder()): Promise<Street> {
  const { key } = await runJson<{ key: string }>('house', 'add', HOUSE, '--peak', '3000', '--data', data)
  const { token } = await runJson<{ token: string }>('token', 'create', '--role', 'reader', '--data', data)
  return {
    data,
    key,
    reader: token,
    node: new SteadyNode(HOUSE, key, perSecond),
    start: (env = {}, ...more) =>
      startWith(env, 'hub', '--data', data, '--bind', '127.0.0.1', '--set', 'log.level=silent', ...more),
  }
}

export interface Health {
  readonly status: number
  readonly reasons: readonly string[]
}

export async function healthOf(hub: Running, token: string): Promise<Health | null> {
  const answer = await ask(hub, '/healthz', { authorization: `Bearer ${token}` })
  if (!answer) return null
  const { motivi = [] } = (await answer.json()) as { motivi?: { reason: string }[] }
  return { status: answer.status, reasons: motivi.map((m) => m.reason) }
}

/** Cycles that the hub has been through since its start; null when it does not answer. */
export async function cyclesOf(hub: Running, token: string): Promise<number | null> {
  const answer = await ask(hub, '/metrics', { authorization: `Bearer ${token}` })
  const count = /^solarfamily_cycles_total (\d+)$/m.exec((await answer?.text()) ?? '')?.[1]
  return count === undefined ? null : Number(count)
}

/** The technician's session, as a cookie. */
export async function signIn(street: Street, hub: Running): Promise<string> {
  const name = 'tino'
  const added = await run('user', 'add', name, '--role', 'technician', '--data', street.data, '--json')
  const { password = PASSWORD } = JSON.parse(added.out) as { password?: string }
  const body = new URLSearchParams({ nome: name, password, torna: '/' })
  const answer = await fetch(`${hub.ready.url}/accesso`, {
    method: 'POST',
    body,
    redirect: 'manual',
    headers: { origin: hub.ready.url },
  })
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

/** A page as text, or '' when there is none within 5 s. */
export async function pageOf(hub: Running, path: string, cookie: string): Promise<string> {
  return (await (await ask(hub, path, { cookie, 'accept-language': 'en' }))?.text()) ?? ''
}

export async function ask(hub: Running, path: string, headers: Record<string, string>): Promise<Response | null> {
  try {
    return await fetch(hub.ready.url + path, { headers, signal: AbortSignal.timeout(5_000) })
  } catch {
    return null
  }
}

/** Seconds until `holds` does; null when it does not within `mostMs`. */
export async function secondsUntil(
  holds: () => boolean | Promise<boolean>,
  mostMs: number = NOT_SOON,
): Promise<number | null> {
  const begun = performance.now()
  for (;;) {
    if (await holds()) return (performance.now() - begun) / 1000
    if (performance.now() - begun > mostMs) return null
    await sleep(50)
  }
}

export function seconds(value: number | null): string {
  return value === null ? 'never' : `${value.toFixed(1)} s`
}
