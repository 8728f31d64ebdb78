import type { HubDeps } from '../ui/deps.ts'
import { cleaningBody } from './codec/load-messages.ts'
import { commandTopic } from './codec/topics.ts'
import type { ClockReading } from './domain/elapsed.ts'
import { HOUR } from './domain/time.ts'
import { Cleaning } from './flow/cleaning.ts'
import type { Diagnosis } from './flow/diagnosis.ts'
import type { Health } from './flow/health.ts'
import type { Outlet } from './flow/perform.ts'
import type { Recovery } from './flow/recovery.ts'
import type { Registry } from './flow/registry.ts'
import type { Relays } from './flow/relays.ts'
import { placeName } from './flow/weather.ts'
import type { Log } from './io/log.ts'
import { makeRunId } from './io/random-key.ts'
import { everySeconds } from './io/schedule.ts'
import { runChore } from './store/chore.ts'
import { addCleaning, cleaningsDone, decideCleaning, listCleanings, saveOutcome, saveRuns } from './store/cleanings.ts'
import type { Store } from './store/store.ts'

/** Cleaning of the panels: looked at once an hour, after the plants were judged; runs go on with every tick. */
export function startCleaning(parts: {
  watch: { readonly read: () => ClockReading; readonly isCertain: boolean }
  log: Log
  registry: Registry
  store: Store
  recovery: Recovery
  health: Health
  relays: Relays
  diagnosis: Diagnosis
  outlet: Outlet
  root: string
}): Pick<Cleaning, 'judge' | 'step'> & { readonly forWeb: HubDeps['cleaning']; readonly stop: () => Promise<void> } {
  const { watch, log, registry, store, recovery, health, relays, diagnosis, outlet, root } = parts
  const clocks = () => ({ ...watch.read(), clockCertain: watch.isCertain })
  const ending = new AbortController()
  const run = makeRunId()
  let count = 0
  const refreshed = async <T>(work: Promise<T>): Promise<T> => {
    const value = await work
    await registry.refresh()
    return value
  }
  const cleaning = new Cleaning({
    clocks,
    registry: () => registry.current,
    relays,
    roofs: () => diagnosis.roofs(),
    judge: (request) => {
      const place = placeName(registry.current.settings) ?? ''
      const whole = { ...request, place, readings: store.files.readings }
      return recovery.guard(() => runChore('soiling', whole, ending.signal))
    },
    past: async () => ({ done: await cleaningsDone(store.view), latest: await listCleanings(store.view, 200) }),
    propose: ({ plan, ...proposal }, approvedBy) => {
      log.info({ plan, money: proposal.money }, 'a cleaning is proposed')
      return refreshed(addCleaning(store.control, { ...proposal, by: null }, plan, approvedBy))
    },
    withdraw: (proposal) => {
      const at = clocks().now
      return refreshed(decideCleaning(store.control, { proposal, house: null, what: 'refuse', who: 'hub', at }))
    },
    saveOutcome: ({ outcome, ...of }) => saveOutcome(store.control, of, outcome),
    saveRuns: (changes) => refreshed(saveRuns(store.control, changes)),
    send: async (message) => {
      log.info({ message }, 'cleaning')
      relays.sent(message.house, message.id)
      await outlet.publish(commandTopic(root, message.house), JSON.stringify(cleaningBody(message)), {
        qos: 1,
        retain: false,
      })
    },
    nextId: () => {
      count += 1
      return `${run}-p${count}`
    },
    health,
    onError: (error) => log.error({ error: String(error) }, 'cleaning failed'),
  })
  let judgedFor = ''
  let judging: Promise<void> = Promise.resolve()
  const minute = everySeconds(60, () => {
    const { now, clockCertain } = clocks()
    const { settings } = registry.current
    const due = JSON.stringify([Math.floor(now / HOUR), settings.place, settings.cleaning])
    if (due === judgedFor || !clockCertain || diagnosis.plants === null) return
    judgedFor = due
    judging = judging.then(() => cleaning.judge())
  })
  return {
    judge: () => cleaning.judge(),
    step: () => cleaning.step(),
    forWeb: { verdict: () => cleaning.verdict, report: (house) => relays.cleaningOf(house) },
    stop: async () => {
      minute.stop()
      ending.abort()
      await judging
    },
  }
}
