import { randomUUID } from 'node:crypto'
import { SyncAgent } from '../sync/agent.ts'
import type { Sender } from '../sync/batch.ts'
import { collect } from '../sync/collect.ts'
import { nextBatchText, textOf } from '../sync/preview.ts'
import { batchSender, enrolAt, exchangeToken, type SendBatch } from '../sync/transport.ts'
import { programVersion } from './cli/version.ts'
import type { HubConfig } from './config.ts'
import type { Settings } from './domain/settings.ts'
import { MINUTE } from './domain/time.ts'
import type { Health } from './flow/health.ts'
import type { Live } from './flow/live.ts'
import type { Recovery } from './flow/recovery.ts'
import type { Registry } from './flow/registry.ts'
import type { Log } from './io/log.ts'
import { everySeconds } from './io/schedule.ts'
import type { Membership } from './io/token-file.ts'
import { readTokenFile, writeTokenFile } from './io/token-file.ts'
import { listAlerts } from './store/alerts.ts'
import { wakeSync } from './store/outbox.ts'
import type { Store } from './store/store.ts'

/** How a hub names itself to its central. */
export function senderOf({ communityName, zone, place }: Settings, hub: string): Sender {
  return { hub, program: programVersion(), community: communityName, zone, place }
}

/** Enrols at a central and keeps the token; null when done, else why not. */
export async function enrolHub(config: HubConfig, code: string): Promise<string | null> {
  const { url, tokenFile } = config.central
  if (url === null) return 'There is no central: set central.url in the configuration.'
  const answer = await enrolAt(url, code, programVersion())
  if (!answer.ok) return answer.error.detail
  writeTokenFile(tokenFile, answer.value)
  return null
}

/** Exchanges the token for a new one and keeps that; null when done, else why not. */
export async function rotateToken(config: HubConfig): Promise<string | null> {
  const { url, tokenFile } = config.central
  const own = readTokenFile(tokenFile)
  if (url === null || own === null) return 'This hub is at no central: "solar-family sync enroll CODE" joins one.'
  const answer = await exchangeToken(url, own.token)
  if (!answer.ok) return answer.error.detail
  writeTokenFile(tokenFile, { hub: own.hub, token: answer.value.token })
  return null
}

/** Tells a central of this hub, where the community has agreed: beside everything else, in the hub's spare time. `run` does what is due at once. */
export function startSync(parts: {
  config: HubConfig
  clock: { readonly now: () => number; readonly isCertain: boolean }
  log: Log
  registry: Registry
  live: Live
  store: Store
  recovery: Recovery
  health: Health
}) {
  const { config, clock, log, registry, live, store, recovery, health } = parts
  const { url, tokenFile } = config.central
  const ending = new AbortController()
  const membership = (): Membership | null => readTokenFile(tokenFile)
  const agent = new SyncAgent({
    now: () => clock.now(),
    random: Math.random,
    makeLot: randomUUID,
    read: store.readings,
    write: store.readingsWriter,
    agreement: () => {
      const { agreed, paused, houses } = registry.current.settings.sync
      return agreed && { paused, houses: houses !== null }
    },
    identity: () => {
      const own = membership()
      return own && { token: own.token, sender: senderOf(registry.current.settings, own.hub) }
    },
    collect: () => recovery.guard(async () => collect(store.readings, store.readingsWriter, await street())),
    send: url === null ? async () => NOWHERE : batchSender(url, ending.signal),
  })

  async function street() {
    const { houses, settings } = registry.current
    const now = clock.now()
    const heardSince = now - 5 * MINUTE
    const latest = [...live.latestOf(houses.keys()).values()]
    const firmware: Record<string, number> = {}
    for (const id of houses.keys()) {
      const fw = live.node(id)?.fw?.slice(0, 40)
      if (fw) firmware[fw] = (firmware[fw] ?? 0) + 1
    }
    return {
      now,
      zone: settings.zone,
      factors: settings.factors,
      houses: [...houses.values()].map(({ id, peakPower }) => ({ id, peakPower })),
      tellHouses: settings.sync.houses !== null,
      alerts: await listAlerts(store.view, { limit: 500 }),
      heard: latest.filter((l) => Math.max(l.production?.at ?? 0, l.consumption?.at ?? 0) >= heardSince).length,
      firmware,
      reasons: health.details.map(({ reason }) => reason.slice(0, 40)),
    }
  }

  const run = async () => {
    if (url === null || !clock.isCertain) return
    await agent.run().catch((error: unknown) => log.error({ error: String(error) }, 'the central could not be told'))
  }
  const minute = everySeconds(60, () => void run())
  return {
    run,
    /** What the page asks for. */
    page: {
      url,
      hub: () => membership()?.hub ?? null,
      enrol: async (code: string) => {
        const problem = await enrolHub(config, code)
        if (problem === null) await wakeSync(store.readingsWriter)
        return problem
      },
      next: () =>
        nextBatchText(store.readings, senderOf(registry.current.settings, membership()?.hub ?? '?'), clock.now()),
      textOf,
      wake: async () => {
        await wakeSync(store.readingsWriter)
        void run()
      },
    },
    stop: async () => {
      minute.stop()
      ending.abort()
      await agent.stop()
    },
  }
}

const NOWHERE: Awaited<ReturnType<SendBatch>> = {
  ok: false,
  error: { status: 0, detail: 'no central.url', errors: [], retryAfterS: null },
}
