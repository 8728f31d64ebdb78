import { expect, it } from 'vitest'
import type { HubHealth, Pending } from '../io/program-folder.ts'
import type { UpdateTools } from './update.ts'
import { changeOver, HEALTHY_WITHIN_MS, settle } from './update.ts'

class PowerCut extends Error {}

/** A machine with two versions; a program that runs is as well as its version is. The power goes before the change number `cutAt`. */
function machine({ well, ran = true, cutAt = Infinity }: { well: boolean; ran?: boolean; cutAt?: number }) {
  const disk = { current: '1.0.0', previous: null as string | null, pending: null as Pending | null, pruned: false }
  let running = ran ? '1.0.0' : null
  let now = 0
  let changes = 0
  const changed = (change: () => void) => {
    if (++changes === cutAt) throw new PowerCut()
    change()
  }
  const tools: UpdateTools = {
    versions: {
      get current() {
        return disk.current
      },
      get previous() {
        return disk.previous
      },
      get pending() {
        return disk.pending
      },
      link: (name, version) => changed(() => (disk[name] = version)),
      setPending: (pending) => changed(() => (disk.pending = pending)),
      prune: () => changed(() => (disk.pruned = true)),
    },
    health: async (): Promise<HubHealth> =>
      running === null ? 'stopped' : running === '1.0.0' || well ? 'well' : 'silent',
    restart: async () => changed(() => (running = disk.current)),
    now: () => now,
    pause: async (ms) => {
      now += ms
    },
  }
  const boot = () => {
    running = ran ? disk.current : null
    cutAt = Infinity
  }
  return { tools, disk, boot, runs: () => running, elapsed: () => now, changes: () => changes }
}

it('keeps a version that is well, and the one before', async () => {
  const { tools, disk, runs } = machine({ well: true })
  expect(await changeOver(tools, '2.0.0')).toBe('kept')
  expect(disk).toEqual({ current: '2.0.0', previous: '1.0.0', pending: null, pruned: true })
  expect(runs()).toBe('2.0.0')
})

it('goes back by itself from one that is not well within a minute', async () => {
  const { tools, disk, runs, elapsed } = machine({ well: false })
  expect(await changeOver(tools, '2.0.0')).toBe('rolled-back')
  expect(disk).toMatchObject({ current: '1.0.0', pending: null })
  expect(runs()).toBe('1.0.0')
  expect(elapsed()).toBe(HEALTHY_WITHIN_MS)
})

it('changes a hub that does not run without starting it', async () => {
  const { tools, disk, runs } = machine({ well: true, ran: false })
  expect(await changeOver(tools, '2.0.0')).toBe('kept-unjudged')
  expect(disk).toMatchObject({ current: '2.0.0', pending: null })
  expect(runs()).toBeNull()
})

it.each([true, false])('ends well whenever the power goes (a version that is well: %s)', async (well) => {
  const whole = machine({ well })
  await changeOver(whole.tools, '2.0.0')
  const outcomes: string[] = []
  for (let cutAt = 1; cutAt <= whole.changes(); cutAt++) {
    const { tools, disk, boot, runs } = machine({ well, cutAt })
    await expect(changeOver(tools, '2.0.0')).rejects.toThrow(PowerCut)
    boot()
    outcomes.push(await settle(tools))
    expect(disk.pending).toBeNull()
    expect(disk.current).toBe(runs())
    expect(await tools.health()).toBe('well')
  }
  expect(new Set(outcomes)).toEqual(new Set(well ? ['nothing', 'rolled-back', 'kept'] : ['nothing', 'rolled-back']))
})
