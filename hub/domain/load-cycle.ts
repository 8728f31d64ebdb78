import type { Drive, Evidence, Wanted } from './command.ts'
import { drive, idleDrive, settle, switchingOf } from './command.ts'
import type { ControlOutcome } from './control.ts'
import type { ControlImage, HouseControl } from './control-image.ts'
import type { ControlState } from './control-state.ts'
import { FIRST_CONTROL } from './control-state.ts'
import type { LegionellaNotice, LoadDecision } from './decision.ts'
import { DEFAULT_CONNECTION_LIMIT } from './house.ts'
import type { Latest } from './latest.ts'
import { isFresh } from './latest.ts'
import { loadKey } from './load.ts'
import type { HeardReport, HouseRelays, LoadsImage, RelayImage } from './load-image.ts'
import type { LoadRecord, SendCommand } from './load-record.ts'
import { stepVerdict } from './power-step.ts'
import { effectiveLoad, isSwitchable } from './relay-declared.ts'
import type { RelayFault, RelayWatch } from './relay-fault.ts'
import { drawsPower, NO_WATCH, watchRelay } from './relay-fault.ts'
import { savedOn, worthOn } from './savings.ts'
import { SECOND } from './time.ts'

/** What was last written down of a load. */
interface Told {
  readonly on: boolean
  readonly act: LoadDecision['act']
  readonly rule: LoadDecision['rule']
  readonly at: number
  /** The relay as last reported, null = nothing heard. */
  readonly relay: boolean | null
}

/** By `loadKey`; plain data, saved with the tick. */
export interface LoadsState {
  readonly drives: { readonly [key: string]: Drive }
  readonly watches: { readonly [key: string]: RelayWatch }
  readonly told: { readonly [key: string]: Told }
  readonly decisions: { readonly [key: string]: LoadDecision }
  readonly control: ControlState
  readonly nextCommand: number
}

export const FIRST_LOADS: LoadsState = {
  drives: {},
  watches: {},
  told: {},
  decisions: {},
  control: FIRST_CONTROL,
  nextCommand: 0,
}

export type Decide = (image: ControlImage, state: ControlState) => ControlOutcome

/** A report older than this says nothing of now, ms. */
export const REPORT_FRESH = 150 * SECOND
/** Refused or unanswered so often in a row, a node that is there does not answer. */
const UNANSWERED = 3
/** Of a load that stays as it is, changes of the reason are written down no more often than this, ms. */
const REASON_EVERY = 60 * SECOND

/** Rules whose leases are renewed although nothing fresh is known of the house. */
const OUTLIVES_DATA: readonly LoadDecision['rule'][] = ['override', 'program', 'minOn']

export interface LoadsOutcome {
  readonly state: LoadsState
  readonly commands: readonly SendCommand[]
  readonly records: readonly LoadRecord[]
  /** Faults of relays, open ones and `null` = none, by house and load. */
  readonly faults: readonly { readonly house: string; readonly load: string; readonly fault: RelayFault | null }[]
  readonly legionella: readonly LegionellaNotice[]
}

/**
 * One cycle of all relays: what became of the commands under way, what is decided, what is said to the nodes. Same image and
 * state, same outcome. A lease is made and renewed here and nowhere else.
 */
export function runLoads(image: LoadsImage, before: LoadsState, decide: Decide): LoadsOutcome {
  const { elapsed } = image
  const entries = image.houses.flatMap(({ id, latest, relays }) =>
    relays ? relays.loads.map((relay) => ({ house: id, latest, relays, relay, key: loadKey(relay.load) })) : [],
  )
  const settled = new Map(
    entries.map(({ relays, relay, key }) => {
      const known = before.drives[key] ?? idleDrive(relay.load.house, relay.load.id)
      return [key, settle(known, evidenceFor(known, relay, relays, elapsed), elapsed)]
    }),
  )
  const decided = decide(controlImage(image), before.control)
  const decisions = Object.fromEntries(decided.decisions.map((d) => [`${d.house}/${d.load}`, d]))
  const commands: SendCommand[] = []
  const records: LoadRecord[] = []
  const drives: { [key: string]: Drive } = {}
  const watches: { [key: string]: RelayWatch } = {}
  const told: { [key: string]: Told } = {}
  let next = before.nextCommand
  for (const { house, latest, relays, relay, key } of entries) {
    const { load } = relay
    const decision = decisions[key]
    const was = settled.get(key) ?? idleDrive(house, load.id)
    const report = freshReport(relay, elapsed)
    const is = decision
      ? drive(was, wantedBy(decision), {
          elapsed,
          clock: relays.clock,
          reachable: relays.channel !== null,
          patienceMs: relays.channel === 'http' ? HTTP_PATIENCE : 0,
          fresh: isHouseFresh(latest, image.now),
          mayStart: image.canSave,
          report,
          usualTtlS: image.leaseS,
          newId: () => `${image.run}-${(next++).toString(36)}`,
        })
      : was
    if (is.command && is.command !== was.command) commands.push({ house, load: load.id, command: is.command })
    drives[key] = is
    watches[key] = watch(before.watches[key] ?? NO_WATCH, relay, relays, is, elapsed)
    told[key] = tell(image, before.told[key], decision, report, { house, load: load.id }, records)
    if (relay.override && relay.override.until <= elapsed)
      records.push({ kind: 'endOverride', house, load: load.id, at: image.now })
  }
  for (const day of decided.finished) {
    const { load } = entries.find(({ key }) => key === `${day.house}/${day.load}`)?.relay ?? {}
    const past = decided.state.past[day.house]?.find((p) => p.day === day.day)
    const worth = worthOn(day.day, image.tariffs, image.factors)
    if (load && past) records.push({ kind: 'recordSaving', day, saved: savedOn(day, past, load, worth) })
  }
  return {
    state: {
      drives,
      watches,
      told,
      decisions,
      control: remembering(entries, before, decided.state),
      nextCommand: next,
    },
    commands,
    records,
    faults: entries.map(({ house, relay, key }) => ({
      house,
      load: relay.load.id,
      fault: watches[key]?.fault ?? null,
    })),
    legionella: decided.legionella,
  }
}

/** What was known of a load that is not switched just now, as its node has not declared it yet, is known when it does. */
function remembering(
  entries: readonly { readonly key: string }[],
  { control }: LoadsState,
  decided: ControlState,
): ControlState {
  const missing = entries.filter(({ key }) => key in control.loads && !(key in decided.loads))
  if (missing.length === 0) return decided
  const known = missing.map(({ key }) => [key, control.loads[key]] as const)
  return { ...decided, loads: { ...(Object.fromEntries(known) as ControlState['loads']), ...decided.loads } }
}

/** A node that asks over HTTP comes for its command within this time, ms. */
export const HTTP_PATIENCE = 90 * SECOND

function freshReport({ report }: RelayImage, elapsed: number): HeardReport | null {
  return report && elapsed - report.at <= REPORT_FRESH ? report : null
}

function isHouseFresh({ production, consumption }: Latest, now: number): boolean {
  return isFresh(production, now) && isFresh(consumption, now)
}

/** What there is to know of a drive's command; also for whoever shows it between two ticks. */
export function evidenceFor(known: Drive, relay: RelayImage, relays: HouseRelays, elapsed: number): Evidence {
  const { command } = known
  const answer = command ? relays.answers.get(command.id) : undefined
  const report = freshReport(relay, elapsed)
  const { ratedW } = relay.load
  const waits = command?.phase === 'acknowledged'
  const own = waits && report?.powerW != null && report.at > command.phaseAt ? drawsPower(report.powerW, ratedW) : null
  const stepSeen =
    waits && (own === command.on || stepVerdict(relays.trace, switchingOf(command), command.on, ratedW) === 'seen')
  return { sentAt: answer?.sentAt ?? null, result: answer?.result ?? null, report, stepSeen }
}

function controlImage(image: LoadsImage): ControlImage {
  const { now, elapsed, clockCertain, zone, control: settings } = image
  // A house without loads has surplus to give, where somebody may take it.
  const isShared = image.houses.some(({ relays }) => relays?.loads.some(({ load }) => load.neighbourWh !== null))
  const houses = image.houses.flatMap(({ id, latest, relays }): HouseControl[] => {
    if (!relays && !isShared) return []
    const { production, consumption } = latest
    const fresh = isHouseFresh(latest, now)
    return [
      {
        id,
        productionW: fresh ? (production?.w ?? null) : null,
        consumptionW: fresh ? (consumption?.w ?? null) : null,
        ageS: production && consumption ? Math.max(0, now - Math.min(production.at, consumption.at)) / SECOND : null,
        limitW: relays?.limitW ?? DEFAULT_CONNECTION_LIMIT,
        shadow: relays?.shadow ?? false,
        forecast: relays?.forecast ?? [],
        loads: (relays?.loads ?? []).flatMap((relay) =>
          relay.declaration && isSwitchable(relay.load, relay.declaration)
            ? [
                {
                  load: effectiveLoad(relay.load, relay.declaration),
                  report: freshReport(relay, elapsed),
                  boot: relays?.clock?.boot ?? null,
                  override: relay.override,
                },
              ]
            : [],
        ),
      },
    ]
  })
  return { now, elapsed, clockCertain, zone, houses, settings }
}

function wantedBy({ on, act, ttlS, rule }: LoadDecision): Wanted {
  const purpose = rule === 'override' ? 'override' : 'start'
  return { on, act, ttlS, purpose, outlivesData: OUTLIVES_DATA.includes(rule) }
}

function watch(
  before: RelayWatch,
  relay: RelayImage,
  relays: HouseRelays,
  { command, failures }: Drive,
  elapsed: number,
): RelayWatch {
  const { load } = relay
  const report = freshReport(relay, elapsed)
  const unanswered = relays.channel !== null && failures >= UNANSWERED && isSilence(command?.error ?? null)
  if (!report) return watchRelay(before, null, unanswered, elapsed)
  // A car may have left, or be full.
  const sample = { on: report.on, thermostat: load.thermostat || load.kind === 'car' }
  if (report.powerW !== null)
    return watchRelay(
      before,
      { ...sample, at: report.at, draws: drawsPower(report.powerW, load.ratedW) },
      unanswered,
      elapsed,
    )
  // Without a meter of its own: the consumption of the house stayed where it was when the relay was switched.
  const switched =
    command &&
    (command.phase === 'acknowledged' || command.phase === 'confirmed') &&
    (command.purpose !== 'renewal' || command.switchedAt !== null)
  const last = relays.trace.at(-1)
  if (!switched || command.on !== report.on || !last) return watchRelay(before, null, unanswered, elapsed)
  const verdict = stepVerdict(relays.trace, switchingOf(command), command.on, load.ratedW)
  const draws = verdict === 'seen' ? command.on : verdict === 'absent' ? !command.on : null
  return watchRelay(before, { ...sample, at: last.at, draws }, unanswered, elapsed)
}

/** The node took no notice: a refusal with a reason of its own is an answer. */
function isSilence(error: string | null): boolean {
  return error === null || error === 'attuatore_assente'
}

/** What is worth a line in the load's history: another state wanted or another reason, and every real switching. */
function tell(
  { now, elapsed }: LoadsImage,
  before: Told | undefined,
  decision: LoadDecision | undefined,
  report: HeardReport | null,
  of: { readonly house: string; readonly load: string },
  records: LoadRecord[],
): Told {
  const relay = report?.on ?? null
  const rule = decision?.rule ?? null
  if (relay !== (before?.relay ?? null))
    records.push({ kind: 'recordSwitching', ...of, at: now, on: relay, origin: report?.origin ?? 'riposo', rule })
  if (!decision) return { ...(before ?? UNTOLD), relay }
  const { on, act } = decision
  const switches = before?.on !== on || before.act !== act
  const due = switches || (before.rule !== decision.rule && elapsed - before.at >= REASON_EVERY)
  if (!due) return { ...before, relay }
  records.push({ kind: 'recordDecision', at: now, decision })
  return { on, act, rule: decision.rule, at: elapsed, relay }
}

const UNTOLD: Told = { on: false, act: 'leave', rule: 'unknown', at: 0, relay: null }
