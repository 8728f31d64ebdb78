import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Arch } from '../../scripts/package/arch.ts'
import { DEBIAN_ARCH } from '../../scripts/package/arch.ts'

/** Where qemu's Debian package says how the kernel tells the programs of an arm64 processor. */
const FORMAT = '/usr/lib/binfmt.d/qemu-aarch64.conf'
/** What a line of shell inside finds. */
export const ENV = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }

/** Makes a Debian 12 of its essential packages and a few more. DEBIAN_ROOTS: a folder with ones that were made before, to save the minutes. */
export function makeRoot(root: string, name: string, arch: Arch, packages: readonly string[]): void {
  const made = process.env['DEBIAN_ROOTS'] === undefined ? null : join(process.env['DEBIAN_ROOTS'], name)
  if (made !== null && existsSync(made)) {
    execFileSync('cp', ['-a', made, root])
    return
  }
  mkdirSync(root)
  const words = [`--arch=${DEBIAN_ARCH[arch]}`, '--variant=minbase', `--include=${packages.join()}`]
  if (arch !== process.arch) words.push('--foreign')
  const mirror = process.env['DEBIAN_MIRROR'] ?? 'http://deb.debian.org/debian'
  execFileSync('debootstrap', [...words, 'bookworm', root, mirror], { stdio: 'pipe' })
}

/** Whether the programs of a processor run here: its own, or by qemu. */
export function mayRun(arch: Arch): boolean {
  return arch === process.arch || (arch === 'arm64' && existsSync(FORMAT))
}

/**
 * Mounts what the root needs and stays, so that others may enter. The other processor's programs are run by qemu through a table of formats that
 * only this user namespace has (Linux 6.7), or else through the machine's own.
 */
const STAY = `set -e
read -r _
if [ -n "$1" ]; then
  { mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc && cat "$1" > /proc/sys/fs/binfmt_misc/register; } ||
    test -e /proc/sys/fs/binfmt_misc/qemu-aarch64
fi
mount -t proc proc "$0/proc"
echo up
exec sleep infinity`

export interface DebianRoot {
  readonly root: string
  /** A line of shell inside; both outputs and the status. */
  readonly inside: (line: string) => { status: number | null; out: string }
  /** A program inside, with its standard output to read. */
  readonly start: (...words: string[]) => ChildProcess & { stdout: NonNullable<ChildProcess['stdout']> }
  /** Ends a program that was started, and waits until it has. */
  readonly end: (child: ChildProcess) => Promise<void>
  readonly close: () => Promise<void>
}

/** Enters the root in namespaces of its own. */
export async function openRoot(root: string, arch: Arch): Promise<DebianRoot> {
  const foreign = arch !== process.arch
  const spaces = foreign ? ['--user', '--mount', '--pid'] : ['--mount', '--pid']
  const words = [...spaces, '--fork', '--kill-child', 'sh', '-c', STAY, root, foreign ? FORMAT : '']
  const holder = spawn('unshare', words, { stdio: ['pipe', 'pipe', 'pipe'] })
  let errors = ''
  holder.stderr.on('data', (bytes) => (errors += bytes))
  const ended = once(holder, 'exit')
  await untilApart(holder.pid as number, foreign)
  // Every user of the root is who it is outside.
  if (foreign) for (const map of ['uid_map', 'gid_map']) writeFileSync(`/proc/${holder.pid}/${map}`, '0 0 65536\n')
  holder.stdin.end('go\n')
  const up = await Promise.race([once(holder.stdout, 'data'), ended.then(() => null)])
  if (up === null) throw new Error(`no root for programs of ${arch}: ${errors}`)
  const enter = ['-t', childOf(holder), ...spaces, 'chroot', root]
  const inside = (line: string) => {
    const { status, stdout, stderr } = spawnSync('nsenter', [...enter, 'sh', '-c', line], {
      encoding: 'utf8',
      env: ENV,
    })
    return { status, out: `${stdout}${stderr}` }
  }
  const close = async () => {
    holder.kill('SIGKILL')
    await ended
    rmSync(root, { recursive: true, force: true })
  }
  if (existsSync(join(root, 'debootstrap'))) {
    // "lxc": nobody may make devices in a user namespace; they are there already.
    const { status, out } = inside('container=lxc /debootstrap/debootstrap --second-stage')
    if (status !== 0) {
      await close()
      throw new Error(out)
    }
  }
  return {
    root,
    inside,
    start: (...words) => spawn('nsenter', [...enter, ...words], { stdio: ['ignore', 'pipe', 'inherit'], env: ENV }),
    end: async (child) => {
      const gone = once(child, 'exit')
      process.kill(Number(childOf(child)), 'SIGTERM')
      await gone
    },
    close,
  }
}

/** unshare and nsenter take no signal while their child runs. */
function childOf({ pid }: ChildProcess): string {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
}

async function untilApart(pid: number, user: boolean): Promise<void> {
  const own = readlinkSync('/proc/self/ns/user')
  for (let i = 0; i < 200; i++) {
    const apart = !user || readlinkSync(`/proc/${pid}/ns/user`) !== own
    if (apart && readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8') !== '') return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('unshare gave no namespaces')
}
