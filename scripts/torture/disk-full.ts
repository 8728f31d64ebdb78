import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dataFolder } from '../../test/support/hub-process.ts'
import { readingsOf } from '../../test/support/readings-of.ts'
import { compare } from '../../test/support/steady-node.ts'
import type { Row } from './row.ts'
import { Missing, rows } from './row.ts'
import { cyclesOf, healthOf, makeStreet, NOT_SOON, pageOf, seconds, secondsUntil, signIn } from './street.ts'

const SIZE_MB = 24
/** Longer than two ticks. */
const FULL_MS = 12_000

/** The disk fills up under load and is freed again: a small file system in memory with a file that takes what is left. */
export async function diskFullTrial(): Promise<Row[]> {
  const mounted = mountSmall()
  try {
    const street = await makeStreet(50, join(mounted, 'data'))
    const { node, reader } = street
    const hub = await street.start({}, '--set', 'tick.interval_s=5', '--set', 'backup.enabled=false')
    const cookie = await signIn(street, hub)
    await node.start(hub.ready.mqtt_port)
    await secondsUntil(() => node.acknowledged.size > 50)
    const ballast = fill(join(mounted, 'ballast'))
    const told = await secondsUntil(async () => (await healthOf(hub, reader))?.reasons.includes('storage') === true)
    const shown = await secondsUntil(async () =>
      (await pageOf(hub, '/impianto', cookie)).includes('Storage is not responding'),
    )
    const before = { acknowledged: node.acknowledged.size, cycles: await cyclesOf(hub, reader) }
    await sleep(FULL_MS)
    const during = { acknowledged: node.acknowledged.size, cycles: await cyclesOf(hub, reader) }
    rmSync(ballast)
    const freed = node.acknowledged.size
    const recovered = await secondsUntil(
      async () => node.acknowledged.size > freed + 50 && (await healthOf(hub, reader))?.status === 200,
    )
    await sleep(1000)
    await node.stop()
    const { code } = await hub.stop()
    const { lost, doubled } = compare(node.acknowledged, readingsOf(street.data))
    const ticks = (during.cycles ?? 0) - (before.cycles ?? 0)
    const within = (s: number | null) => s !== null && s * 1000 <= NOT_SOON
    return rows(
      'disk full',
      ['said by /healthz after', seconds(told), 'within 60 s', within(told)],
      ['said by the page after', seconds(told === null || shown === null ? null : told + shown), '60 s', within(shown)],
      [
        'acknowledged while full',
        during.acknowledged - before.acknowledged,
        '0',
        during.acknowledged === before.acknowledged,
      ],
      [`cycles in ${FULL_MS / 1000} s while full`, ticks, '2 or more', ticks >= 2],
      ['recovered by itself after', seconds(recovered), 'within 60 s', within(recovered)],
      [
        'acknowledged and lost, or stored twice',
        `${lost}, ${doubled} of ${node.acknowledged.size}`,
        '0, 0',
        lost + doubled === 0,
      ],
      ['stopped with', code ?? 'a signal', '0', code === 0],
    )
  } finally {
    asRoot('umount', '--lazy', mounted)
  }
}

function mountSmall(): string {
  const folder = dataFolder()
  try {
    asRoot('mount', '-t', 'tmpfs', '-o', `size=${SIZE_MB}m,mode=777`, 'tmpfs', folder)
    return folder
  } catch (error) {
    throw new Missing(
      `the full disk needs the right to mount a small file system (${(error as Error).message.split('\n')[0]})`,
    )
  }
}

function asRoot(...command: string[]): void {
  const [name = '', ...args] = process.getuid?.() === 0 ? command : ['sudo', '-n', ...command]
  execFileSync(name, args, { stdio: 'pipe' })
}

/** Writes until nothing more goes in. */
function fill(path: string): string {
  const file = openSync(path, 'w')
  try {
    for (const size of [1 << 20, 1 << 12, 1]) {
      const block = Buffer.alloc(size, 1)
      try {
        while (writeSync(file, block) === size);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
    }
    return path
  } finally {
    closeSync(file)
  }
}
