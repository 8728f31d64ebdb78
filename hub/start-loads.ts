import type { HubDeps } from '../ui/deps.ts'
import { commandBody } from './codec/load-messages.ts'
import type { ClockReading } from './domain/elapsed.ts'
import { SECOND } from './domain/time.ts'
import type { Health } from './flow/health.ts'
import type { Ingest } from './flow/ingest.ts'
import type { Live } from './flow/live.ts'
import { loadInbox } from './flow/load-inbox.ts'
import type { Registry } from './flow/registry.ts'
import type { LoadsFrame, RelaysOptions } from './flow/relays.ts'
import { Relays } from './flow/relays.ts'
import type { Tick, TickOptions } from './flow/tick.ts'
import { makeRunId } from './io/random-key.ts'
import { saveTick } from './store/cycle.ts'
import { removeDeclaration, saveDeclaration, setOverride } from './store/loads.ts'
import { audit } from './store/people.ts'
import type { Store } from './store/store.ts'

/** What the hub needs to switch loads: what nodes say, what a tick is told beside it, and the way in for their messages. */
export function startLoads(parts: {
  readonly clocks: () => ClockReading
  readonly clockCertain: () => boolean
  readonly live: Live
  readonly registry: Registry
  readonly store: Store
  readonly health: Health
  readonly refuse: Ingest['refuse']
  readonly forecast: RelaysOptions['forecast']
}) {
  const { clocks, live, registry, store, health, refuse } = parts
  const relays = new Relays({
    now: () => clocks().now,
    elapsed: () => clocks().elapsed,
    node: (house) => live.node(house),
    forecast: parts.forecast,
  })
  const runId = makeRunId()
  const frame = (): LoadsFrame => ({
    run: runId,
    clockCertain: parts.clockCertain(),
    canSave: !health.details.some(({ reason }) => reason === 'control'),
  })
  const inbox = loadInbox({
    relays,
    refuse,
    declared: (house, load) => registry.current.loads.get(house)?.find((l) => l.load.id === load)?.declaration ?? null,
    declare: async (house, load, declaration) => {
      const of = { house, load }
      if (declaration) await saveDeclaration(store.control, of, declaration, clocks().now)
      else await removeDeclaration(store.control, of)
      await registry.refresh()
    },
  })
  let savedPast: object | null = null
  /** A tick's outcome; the past that control learns from only when it is another. */
  const save: TickOptions['save'] = async (at, state, effects, records) => {
    const { past } = state.loads.control
    const pending = await saveTick(store.control, at, state, effects, records, past !== savedPast)
    savedPast = past
    return pending
  }
  /** A tick, after which what it decided may be handed out to nodes that ask. */
  const run = async (tick: Pick<Tick, 'run'>) => {
    await tick.run()
    relays.tickDone()
  }
  const forWeb = (tick: Pick<Tick, 'state' | 'wake'>): HubDeps['loads'] => ({
    inbox,
    poll: (house) => relays.poll(house, Object.values(tick.state.loads.drives)).map(commandBody),
    override: async (of, override, who) => {
      const { now, elapsed } = clocks()
      const ms = (override?.durationS ?? 0) * SECOND
      const stored = override && { on: override.on, until: elapsed + ms, untilAt: now + ms, setAt: now, who }
      await setOverride(store.control, of, stored)
      await audit(store.control, { at: now, who, what: 'load.override', detail: { ...of, override } })
      await registry.refresh()
      await tick.wake()
      relays.tickDone()
    },
    isBound: (house) => relays.isBound(house),
    heardLoads: (house) => relays.heardLoads(house),
  })
  return { relays, frame, inbox, save, run, forWeb }
}
