import { describe, expect, it } from 'vitest'
import type { Conditions, Drive, Evidence, Wanted } from './command.ts'
import { advance, drive, idleDrive, phaseOfSwitching, settle, switchingOf, withhold } from './command.ts'

const S = 1000
const NONE: Evidence = { sentAt: null, result: null, report: null, stepSeen: false }
const LEASE: Wanted = { on: true, act: 'lease', ttlS: null, purpose: 'start', outlivesData: false }
const REST: Wanted = { ...LEASE, on: false, act: 'rest' }

let ids = 0
const at = (elapsed: number, more: Partial<Conditions> = {}): Conditions => ({
  elapsed,
  clock: { boot: 17, offset: 0, learntAt: 0 },
  reachable: true,
  patienceMs: 0,
  fresh: true,
  mayStart: true,
  report: null,
  usualTtlS: 180,
  newId: () => `t-${ids++}`,
  ...more,
})
const idle = idleDrive('casa_A', 'auto')
const on = (reportedAt: number, lease: string | null = null) => ({
  on: true,
  origin: 'comando' as const,
  lease,
  at: reportedAt,
})
const off = (reportedAt: number) => ({ on: false, origin: 'riposo' as const, lease: null, at: reportedAt })

/** A lease that the node has taken, made at `madeAt`. */
function taken(madeAt: number): Drive {
  const made = drive(idle, LEASE, at(madeAt))
  const ok = { id: made.command?.id ?? '', ok: true } as const
  return settle(
    settle(made, { ...NONE, sentAt: madeAt }, madeAt + 1),
    { ...NONE, sentAt: madeAt, result: ok },
    madeAt + 2 * S,
  )
}

describe('a command', () => {
  const made = drive(idle, LEASE, at(100 * S)).command
  if (!made) throw new Error('no command was made')
  const ok = { id: made.id, ok: true } as const
  const refused = { id: made.id, ok: false, error: 'min_off', retryS: 120 } as const
  const sent = { ...NONE, sentAt: 100 * S }
  const acknowledged = advance(made, { ...sent, result: ok }, 101 * S)

  it('is bound to the node’s boot and its uptime in 15 s', () => {
    expect(made).toMatchObject({ on: true, toRest: false, ttlS: 180, boot: 17, byUptimeS: 115, phase: 'queued' })
  })

  it.each<[string, typeof made, Evidence, number, string]>([
    ['waits to be sent', made, NONE, 101 * S, 'queued'],
    ['is sent', made, sent, 101 * S, 'sent'],
    ['is answered', made, { ...sent, result: ok }, 101 * S, 'acknowledged'],
    ['is seen in the load’s report', made, { ...sent, report: { on: true, lease: made.id } }, 101 * S, 'acknowledged'],
    ['is refused', made, { ...sent, result: refused }, 101 * S, 'failed'],
    ['is not answered', made, sent, 120 * S + 1, 'expired'],
    ['is never sent', made, NONE, 120 * S + 1, 'expired'],
    ['shows in the power', acknowledged, { ...sent, stepSeen: true }, 140 * S, 'confirmed'],
    ['does not show: acknowledged is final', acknowledged, sent, 279 * S, 'acknowledged'],
    ['runs out', acknowledged, sent, 280 * S, 'expired'],
  ])('%s', (_, command, evidence, elapsed, phase) => {
    expect(advance(command, evidence, elapsed).phase).toBe(phase)
  })

  it('that was refused or has run out stays so, whatever comes late', () => {
    const failed = advance(made, { ...sent, result: refused }, 101 * S)
    expect(failed).toMatchObject({ error: 'min_off', retryS: 120 })
    expect(advance(failed, { ...sent, result: ok, stepSeen: true }, 102 * S)).toBe(failed)
    const expired = advance(made, sent, 121 * S)
    expect(advance(expired, { ...sent, result: ok }, 122 * S)).toBe(expired)
  })
})

describe('driving a relay', () => {
  it('renews when a third has passed, each time with a new id', () => {
    const lease = taken(0)
    expect(drive(lease, LEASE, at(59 * S, { report: on(2 * S) }))).toBe(lease)
    const renewed = drive(lease, LEASE, at(60 * S, { report: on(2 * S) })).command
    expect(renewed).toMatchObject({ purpose: 'renewal', phase: 'queued', byUptimeS: 75 })
    expect(renewed?.id).not.toBe(lease.command?.id)
  })

  it('a renewal stands for the switching that it goes on with, while it is on its way too', () => {
    const first = taken(100 * S)
    const renewed = drive(first, LEASE, at(160 * S, { report: on(150 * S, first.command?.id) }))
    const { command } = renewed
    if (!command) throw new Error('nothing was renewed')
    expect([command.purpose, command.phase, phaseOfSwitching(command)]).toEqual(['renewal', 'queued', 'acknowledged'])
    expect(switchingOf(command)).toBe(100 * S)
    const confirmed = settle(first, { ...NONE, sentAt: 100 * S, stepSeen: true }, 120 * S)
    const proven = drive(confirmed, LEASE, at(160 * S)).command
    expect(proven && phaseOfSwitching(proven)).toBe('confirmed')
  })

  it('renews nothing that it knows nothing fresh about, but what outlives that', () => {
    const lease = taken(0)
    const stale = at(60 * S, { fresh: false, report: on(2 * S) })
    expect(drive(lease, LEASE, stale)).toBe(lease)
    expect(drive(lease, { ...LEASE, outlivesData: true }, stale).command?.purpose).toBe('renewal')
  })

  it('a program has one lease', () => {
    const program = { ...LEASE, ttlS: 7200 }
    const made = drive(idle, program, at(0))
    expect(made.command?.ttlS).toBe(7200)
    const ok = { id: made.command?.id ?? '', ok: true } as const
    const running = settle(made, { ...NONE, sentAt: 0, result: ok }, S)
    expect(drive(running, program, at(3600 * S, { report: on(3590 * S) }))).toBe(running)
    expect(drive({ ...running, command: null }, program, at(3600 * S, { report: on(3590 * S) })).command).toBeNull()
  })

  it('a renewal that is lost is sent anew while the lease still holds, also when nothing may be started', () => {
    const lost = drive(taken(0), LEASE, at(60 * S))
    const given = settle(lost, { ...NONE, sentAt: 60 * S }, 81 * S)
    expect(given.command?.phase).toBe('expired')
    expect(drive(given, LEASE, at(81 * S, { report: on(70 * S), mayStart: false })).command?.purpose).toBe('renewal')
    expect(drive(settle(given, NONE, 181 * S), LEASE, at(181 * S, { mayStart: false })).command?.phase).toBe('expired')
  })

  it('what could not be saved is started for a person only, and returns to rest always', () => {
    const failing = { mayStart: false }
    expect(drive(idle, LEASE, at(0, failing))).toBe(idle)
    expect(drive(idle, { ...LEASE, purpose: 'override' }, at(0, failing)).command?.purpose).toBe('override')
    expect(drive(taken(0), REST, at(20 * S, { ...failing, report: on(3 * S) })).command?.purpose).toBe('rest')
    const made = drive(idle, LEASE, at(0))
    const kept = withhold({ a: made, b: taken(0) }, new Set([made.command?.id ?? '']))
    expect([kept['a']?.command, kept['b']?.command?.phase]).toEqual([null, 'acknowledged'])
  })

  it('returns to rest once, and says it again when it is not answered', () => {
    const lease = taken(0)
    const resting = drive(lease, REST, at(20 * S, { report: on(3 * S) }))
    expect(resting.command).toMatchObject({ toRest: true, on: false })
    expect(drive(resting, REST, at(30 * S, { report: on(3 * S) }))).toBe(resting)
    const unanswered = settle(resting, { ...NONE, sentAt: 20 * S }, 41 * S)
    expect(drive(unanswered, REST, at(41 * S, { report: on(40 * S) })).command?.purpose).toBe('rest')
    const there = settle(resting, { ...NONE, sentAt: 20 * S, report: { on: false, lease: null } }, 22 * S)
    expect(there.command?.phase).toBe('acknowledged')
    expect(drive(there, REST, at(30 * S, { report: off(22 * S) }))).toBe(there)
  })

  it('an older report does not hide a lease that was just taken', () => {
    expect(drive(taken(10 * S), REST, at(20 * S, { report: off(0) })).command?.purpose).toBe('rest')
  })

  it('says nothing to a node that is away, nor to a load that is to be left alone', () => {
    expect(drive(idle, LEASE, at(0, { reachable: false }))).toBe(idle)
    const lease = taken(0)
    expect(drive(lease, { ...LEASE, act: 'leave' }, at(100 * S))).toBe(lease)
  })

  it.each([
    ['min_off', 120, 121, 122],
    ['interruttore', null, 61, 62],
    ['carico_sconosciuto', null, 601, 602],
    ['scaduto', null, 2, 2],
  ] as const)('after "%s" waits as long as it should', (error, retryS, early, due) => {
    const made = drive(idle, LEASE, at(0))
    const result = { id: made.command?.id ?? '', ok: false, error, retryS } as const
    const failed = settle(made, { ...NONE, sentAt: 0, result }, 2 * S)
    if (early < due) expect(drive(failed, LEASE, at(early * S))).toBe(failed)
    expect(drive(failed, LEASE, at(due * S)).command?.phase).toBe('queued')
  })

  it('a node that never answers is asked ever more slowly, every 2 minutes in the end', () => {
    let state: Drive = idle
    const sentAt: number[] = []
    for (let t = 0; t < 3600; t += 10) {
      state = settle(state, { ...NONE, sentAt: state.command?.madeAt ?? null }, t * S)
      const next = drive(state, LEASE, at(t * S))
      if (next !== state) sentAt.push(t)
      state = next
    }
    const gaps = sentAt.slice(1).map((t, i) => t - (sentAt[i] ?? 0))
    expect(gaps.slice(0, 2)).toEqual([30, 30])
    expect(gaps.at(-1)).toBe(150)
    expect(gaps.toSorted((a, b) => a - b)).toEqual(gaps)
  })
})
