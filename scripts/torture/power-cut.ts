import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { dataFolder } from '../../test/support/hub-process.ts'
import { readingsOf } from '../../test/support/readings-of.ts'
import { compare } from '../../test/support/steady-node.ts'
import type { Row } from './row.ts'
import { Missing, rows } from './row.ts'
import type { Street } from './street.ts'
import { makeStreet } from './street.ts'

const LOAD_MS = 700
const PAGE = 4096

/**
 * The power is cut under load: the hub is killed, and its folder is what a disk would hold of it. Once every byte that was
 * not synced is gone; once each page that was not synced is there or gone by the throw of a coin. A disk that lies about
 * syncing the log shows that the trial would see a loss. It is a model of a disk: no machine is switched off.
 */
export async function powerCutTrial(cuts: number): Promise<Row[]> {
  const library = build()
  const strict = await loop(library, cuts, 'all gone')
  const torn = await loop(library, cuts, 'some there')
  const lying = await loop(library, 3, 'all gone', '-wal')
  const found = ({ lost, doubled, acknowledged }: Tally) => `${lost}, ${doubled} of ${acknowledged}`
  return rows(
    `power cut x ${2 * cuts} (modelled)`,
    ['every unsynced byte gone: lost, twice', found(strict), '0, 0', strict.lost + strict.doubled === 0],
    ['some unsynced pages there: lost, twice', found(torn), '0, 0', torn.lost + torn.doubled === 0],
    [
      'acknowledged',
      strict.acknowledged + torn.acknowledged,
      `over ${cuts * 40}`,
      strict.acknowledged + torn.acknowledged > cuts * 40,
    ],
    ['the same on a disk that lies: lost', lying.lost, 'over 0, or the trial is blind', lying.lost > 0],
  )
}

interface Tally {
  readonly acknowledged: number
  readonly lost: number
  readonly doubled: number
}

async function loop(library: string, cuts: number, unsynced: 'all gone' | 'some there', lie = ''): Promise<Tally> {
  const street = await makeStreet(300)
  const keep = `${dataFolder()}/synced`
  // What is there before the first start is on the disk.
  cpSync(street.data, keep, { recursive: true })
  let random = 1
  for (let cut = 0; cut < cuts; cut += 1) {
    const hub = await street.start({ LD_PRELOAD: library, CUT_FOLDER: street.data, CUT_KEEP: keep, CUT_LIE: lie })
    await street.node.start(hub.ready.mqtt_port)
    await sleep(LOAD_MS)
    await hub.stop('SIGKILL')
    await street.node.stop()
    random = putBack(street, keep, unsynced, random)
  }
  return { acknowledged: street.node.acknowledged.size, ...compare(street.node.acknowledged, readingsOf(street.data)) }
}

/** The folder as the power cut leaves it: what was synced, and of the rest nothing or what the coin says. */
function putBack({ data }: Street, keep: string, unsynced: 'all gone' | 'some there', seed: number): number {
  let random = seed
  const coin = () => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return (random & 0x1_0000) !== 0
  }
  for (const name of readdirSync(data, { withFileTypes: true })) {
    if (!name.isFile()) continue
    const [file, synced] = [join(data, name.name), join(keep, name.name)]
    // An index of the log in shared memory: no disk has it.
    if (!existsSync(synced) || name.name.endsWith('-shm')) {
      rmSync(file)
      continue
    }
    const durable = readFileSync(synced)
    if (unsynced === 'all gone') {
      writeFileSync(file, durable)
      continue
    }
    const written = readFileSync(file)
    const image = Buffer.from(durable)
    for (let at = 0; at < Math.min(image.length, written.length); at += PAGE)
      if (coin()) written.copy(image, at, at, Math.min(at + PAGE, image.length))
    // What was appended may be there up to any page.
    let end = image.length
    while (end < written.length && coin()) end += PAGE
    writeFileSync(file, Buffer.concat([image, written.subarray(image.length, end)]))
  }
  rmSync(keep, { recursive: true })
  mkdirSync(keep)
  for (const name of readdirSync(data, { withFileTypes: true }))
    if (name.isFile()) cpSync(join(data, name.name), join(keep, name.name))
  return random
}

/** The library that keeps apart what is synced, compiled for this machine. */
function build(): string {
  const to = join(dataFolder(), 'lose-unsynced.so')
  const source = fileURLToPath(new URL('./lose-unsynced.c', import.meta.url))
  try {
    execFileSync('cc', ['-O2', '-shared', '-fPIC', '-o', to, source, '-ldl', '-lpthread'], { stdio: 'pipe' })
  } catch (error) {
    throw new Missing(`power cuts need a C compiler (${(error as Error).message.split('\n')[0]})`, 'gcc libc6-dev')
  }
  return to
}
