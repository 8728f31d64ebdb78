import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { ENV } from './debian-root.ts'

/**
 * A Debian in a folder whose systemd is process 1 of namespaces of its own: services run in their real sandbox. It shares the network and the
 * kernel of this machine. `pivot_root` and not chroot: in a chroot the kernel gives nobody a user namespace (PrivateUsers=).
 */
const BOOT = `set -e
mount --make-rprivate /
mount --bind "$0" "$0"; cd "$0"
mount -t proc proc proc
# The kernel's settings are this machine's.
mount --bind proc/sys proc/sys; mount -o remount,ro,bind proc/sys
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
# Nodes of its own: systemd sets their owners and modes, and this machine's are not its to set.
mknod -m 666 dev/null c 1 3; mknod -m 666 dev/zero c 1 5; mknod -m 666 dev/full c 1 7; mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9; mknod -m 666 dev/tty c 5 0; mknod -m 600 dev/console c 1 3
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx; ln -s /proc/self/fd dev/fd
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then mount -t cgroup2 cgroup2 sys/fs/cgroup
else
  mount -t tmpfs tmpfs sys/fs/cgroup
  for c in systemd memory pids; do mkdir sys/fs/cgroup/$c; done
  mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
  mount -t cgroup -o memory cgroup sys/fs/cgroup/memory
  mount -t cgroup -o pids cgroup sys/fs/cgroup/pids
fi
mkdir -p old; pivot_root . old; umount -l /old; rmdir /old
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=journal --unit=multi-user.target`

/** A control group of its own, which is the root of all groups inside: nothing is left behind in this machine's. */
const ENTER = `for c in $(if [ -e /sys/fs/cgroup/cgroup.controllers ]; then echo .; else echo systemd memory pids; fi); do
  mkdir -p "/sys/fs/cgroup/$c/$0"; echo $$ > "/sys/fs/cgroup/$c/$0/cgroup.procs"
done
exec unshare "$@"`
const LEAVE = `find /sys/fs/cgroup -depth -type d -path "*/$0*" -exec rmdir {} + 2> /dev/null`

const NAMESPACES = ['--mount', '--pid', '--uts', '--ipc', '--cgroup', '--fork', '--kill-child']

/** Whether this machine's kernel, and our rights, let a systemd have what it needs. */
export function mayBoot(): boolean {
  const probe = 'test -e /sys/fs/cgroup/cgroup.controllers || mount -t cgroup -o none,name=systemd cgroup /mnt'
  return process.getuid?.() === 0 && spawnSync('unshare', [...NAMESPACES, 'sh', '-c', probe]).status === 0
}

export interface BootedDebian {
  /** A line of shell beside its services; both outputs and the status. */
  readonly run: (line: string) => { status: number | null; out: string }
  /** One property of a unit, as systemd tells it. */
  readonly show: (unit: string, property: string) => string
  readonly stop: () => Promise<void>
}

export async function bootDebian(root: string): Promise<BootedDebian> {
  const group = `solar-family-test-${process.pid}`
  const words = ['-c', ENTER, group, ...NAMESPACES, 'sh', '-c', BOOT, root]
  const boot = spawn('sh', words, { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  boot.stderr.on('data', (bytes) => (errors += bytes))
  const ended = new Promise<void>((resolve) => boot.once('exit', () => resolve()))
  const init = () => execFileSync('ps', ['-o', 'pid=', '--ppid', String(boot.pid)], { encoding: 'utf8' }).trim()
  const run = (line: string) => {
    const words = ['-t', init(), '-m', '-p', '-u', '-i', '-C', '-r', '-w', 'sh', '-c', line]
    const { status, stdout, stderr } = spawnSync('nsenter', words, { encoding: 'utf8', env: ENV })
    return { status, out: `${stdout}${stderr}` }
  }
  const until = Date.now() + 60_000
  for (;;) {
    await sleep(250)
    if (boot.exitCode !== null) throw new Error(`systemd did not start: ${errors}`)
    // "degraded" is well enough: a login prompt has no console here.
    if (/^(running|degraded)/m.test(run('systemctl is-system-running').out)) break
    if (Date.now() > until) throw new Error(`systemd is not up after a minute: ${errors}`)
  }
  return {
    run,
    show: (unit, property) => run(`systemctl show ${unit} -p ${property} --value`).out.trim(),
    stop: async () => {
      boot.kill('SIGKILL')
      await ended
      await sleep(1000)
      spawnSync('sh', ['-c', LEAVE, group])
    },
  }
}
