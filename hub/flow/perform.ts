import { commandBody } from '../codec/load-messages.ts'
import { alertTopic, benchmarkTopic, commandTopic } from '../codec/topics.ts'
import { RECOVERED } from '../domain/alert.ts'
import type { CycleState } from '../domain/cycle.ts'
import type { Effect } from '../domain/effect.ts'
import type { SendCommand } from '../domain/load-record.ts'
import { isoSeconds } from '../domain/time.ts'
import type { Relays } from './relays.ts'

export interface Outlet {
  readonly publish: (topic: string, payload: string, options: { qos: 0 | 1; retain: boolean }) => Promise<void>
}

/** Carries out one effect. Doing it twice does no harm. */
export async function perform(effect: Effect, outlet: Outlet, root: string): Promise<void> {
  switch (effect.kind) {
    case 'openAlert':
      return outlet.publish(alertTopic(root, effect.house), effect.code, { qos: 1, retain: false })
    case 'closeAlert':
      if (effect.last) await outlet.publish(alertTopic(root, effect.house), RECOVERED, { qos: 1, retain: false })
      return
    case 'publishBenchmark': {
      const payload = { rendimento_medio_comunita: effect.mean, impianti: effect.plants, ts: isoSeconds(effect.at) }
      return outlet.publish(benchmarkTopic(root), JSON.stringify(payload), { qos: 1, retain: true })
    }
  }
}

/** Says a command to its node; one that asks over HTTP comes for it. */
export async function sendCommand(
  { house, load, command }: SendCommand,
  outlet: Outlet,
  relays: Pick<Relays, 'channel' | 'sent'>,
  root: string,
): Promise<void> {
  if (relays.channel(house) === 'http') return
  const body = JSON.stringify(commandBody({ ...command, load }))
  relays.sent(house, command.id)
  await outlet.publish(commandTopic(root, house), body, { qos: 1, retain: false })
}

/** Tells a node that has just begun to listen what is open at its house. */
export async function repeatAlerts(house: string, state: CycleState, outlet: Outlet, root: string): Promise<void> {
  for (const episode of state.episodes) {
    if (episode.house === house) await outlet.publish(alertTopic(root, house), episode.code, { qos: 1, retain: false })
  }
}

/** Tells all nodes how they stand: what is open, or that nothing is. */
export async function sayStanding(
  houses: Iterable<string>,
  state: CycleState,
  outlet: Outlet,
  root: string,
): Promise<void> {
  for (const house of houses) {
    if (state.episodes.some((episode) => episode.house === house)) await repeatAlerts(house, state, outlet, root)
    else await outlet.publish(alertTopic(root, house), RECOVERED, { qos: 1, retain: false })
  }
}
