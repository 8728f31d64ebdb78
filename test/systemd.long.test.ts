import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeBinary } from '../scripts/package/binary.ts'
import { makePackage } from '../scripts/package/debian.ts'
import { needs } from './needs.ts'
import { type BootedDebian, bootDebian, mayBoot } from './support/booted-debian.ts'
import { makeRoot } from './support/debian-root.ts'
import { freePort } from './support/free-port.ts'
import { dataFolder, stopAll } from './support/hub-process.ts'
import { binaryOf } from './support/packaged.ts'

/** The package's services under a systemd that is process 1: in their sandbox, killed, hung, upgraded, removed. */

const SUITE = 'the journeys of the services'
const has =
  process.arch === 'x64' &&
  needs(existsSync('/usr/sbin/debootstrap'), SUITE, 'debootstrap') &&
  needs(mayBoot(), SUITE, null, 'root, and a kernel that gives namespaces and control groups')

const DATA = '/var/lib/solar-family'
const CENTRAL = '/var/lib/solar-family-central'
let root: string
let packages: string
let debian: BootedDebian
const ports = { http: 0, mqtt: 0 }

function debOf(version: string, program: string): string {
  const deb = makePackage({ arch: 'x64', program, version, compression: 'none', folder: packages })
  copyFileSync(deb, join(root, `${version}.deb`))
  return `/${version}.deb`
}

/** A line of shell that has to end well. */
function run(line: string): string {
  const { status, out } = debian.run(line)
  expect(status, `${line}\n${out}`).toBe(0)
  return out
}

const running = (unit: string) => [debian.show(unit, 'ActiveState'), debian.show(unit, 'SubState')].join(' ')
const mainPid = () => debian.show('solar-family', 'MainPID')
const isServed = () =>
  fetch(`http://127.0.0.1:${ports.http}/healthz`).then(
    (answer) => answer.status,
    () => 0,
  )
const within = (seconds: number) => ({ timeout: seconds * 1000, interval: 500 })

describe.runIf(has)('under systemd', () => {
  beforeAll(async () => {
    packages = dataFolder()
    root = join(dataFolder(), 'debian')
    makeRoot(root, 'systemd', 'x64', ['libatomic1', 'systemd', 'systemd-sysv'])
    ports.http = await freePort()
    ports.mqtt = await freePort()
    mkdirSync(join(root, 'etc/solar-family'))
    writeFileSync(
      join(root, 'etc/solar-family/config.toml'),
      [`data_dir = "${DATA}"`, 'bind = "127.0.0.1"', `http.port = ${ports.http}`, `mqtt.port = ${ports.mqtt}`, ''].join(
        '\n',
      ),
    )
    debian = await bootDebian(root)
  }, 600_000)
  afterAll(async () => {
    await debian?.stop()
    spawnSync('umount', ['-lR', root])
    rmSync(root, { recursive: true, force: true })
    await stopAll()
  })

  beforeEach(({ onTestFailed }) => {
    onTestFailed(() => void process.stderr.write(debian.run('journalctl -u "solar-family*" --no-pager -n 60').out))
  })

  it('the hub is started by its package, says that it is ready, and has no more than it needs', async () => {
    run(`dpkg -i --force-confold ${debOf('0.1.0', binaryOf('x64'))}`)
    await expect.poll(() => running('solar-family'), within(60)).toBe('active running')
    expect(debian.show('solar-family', 'StatusText')).toBe(`http://127.0.0.1:${ports.http}`)
    expect(await isServed()).toBeGreaterThan(0)
    const status = run(`cat /proc/${mainPid()}/status`)
    expect(status).toMatch(/^CapEff:\s+0+$/m)
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
    expect(status).toMatch(/^Seccomp:\s+2$/m)
    const asHub = (line: string) => debian.run(`nsenter -t ${mainPid()} -m sh -c '${line}'`).status
    expect(asHub(`touch ${DATA}/x && rm ${DATA}/x`)).toBe(0)
    for (const path of ['/usr/x', '/etc/x', '/var/lib/x']) expect(asHub(`touch ${path}`), path).not.toBe(0)
    expect(asHub('test -e /dev/kmsg')).not.toBe(0)
  }, 300_000)

  it('it takes readings in, and is back with them five seconds after it was killed', async () => {
    const added = run('solar-family house add casa_A --peak 3000 --json')
    const { key } = JSON.parse(added) as { key: string }
    const send = async () => {
      const node = await connectAsync({ port: ports.mqtt, username: 'casa_A', password: key, reconnectPeriod: 0 })
      await node.publishAsync('comunita/casa_A/bilancio', '{"produzione_w":900,"consumo_w":300}', { qos: 1 })
      await node.endAsync()
    }
    const sent = () =>
      send().then(
        () => true,
        () => false,
      )
    const arrives = () => expect.poll(sent, within(20)).toBe(true)
    await arrives()
    const before = mainPid()
    run('systemctl kill -s KILL solar-family')
    await expect.poll(() => running('solar-family') === 'active running' && mainPid() !== before, within(60)).toBe(true)
    expect(debian.show('solar-family', 'NRestarts')).toBe('1')
    await arrives()
    expect(run('solar-family house list --json')).toContain('casa_A')
  }, 200_000)

  it('one that hangs is ended by the watchdog and started again', async () => {
    const drop = '/etc/systemd/system/solar-family.service.d'
    run(`mkdir -p ${drop} && printf '[Service]\\nWatchdogSec=45\\nTimeoutStopSec=5\\n' > ${drop}/test.conf`)
    run('systemctl daemon-reload && systemctl restart solar-family')
    const before = mainPid()
    run('systemctl kill -s STOP solar-family')
    await expect
      .poll(() => running('solar-family') === 'active running' && mainPid() !== before, within(150))
      .toBe(true)
    expect(run('journalctl -u solar-family -o cat --no-pager')).toContain('Watchdog timeout')
    run(`rm -r ${drop} && systemctl daemon-reload && systemctl restart solar-family`)
  }, 240_000)

  it('the backup of the night is written where its drop-in says', () => {
    const drop = '/etc/systemd/system/solar-family-backup.service.d'
    const lines = ['[Service]', 'Environment=BACKUP_FILE=/media/usb/solar-family.tar', 'ReadWritePaths=/media/usb']
    run(`mkdir -p ${drop} /media/usb && chown solar-family /media/usb`)
    run(`printf '${lines.join('\\n')}\\n' > ${drop}/override.conf && systemctl daemon-reload`)
    run('systemctl enable --now solar-family-backup.timer && systemctl start solar-family-backup.service')
    expect(run('ls -s /media/usb/solar-family.tar')).toMatch(/^\s*[1-9]/)
    expect(running('solar-family-backup.timer')).toBe('active waiting')
  }, 120_000)

  it('the central is started beside it on its own data, and lets a hub in', async () => {
    run('systemctl enable --now solar-family-central')
    expect(running('solar-family-central')).toBe('active running')
    expect((await fetch('http://127.0.0.1:8090/accesso')).status).toBe(200)
    expect(run(`solar-family central hub add quartiere_1 --data ${CENTRAL}`)).toContain('sync enroll')
    expect(run(`stat -c %U ${CENTRAL}/central.db`)).toBe('solar-family\n')
  }, 120_000)

  it('an upgrade takes the place of what runs; removed, nothing of it runs on', async () => {
    const newer = debOf('0.2.0', await makeBinary('x64', { version: '0.2.0', out: join(packages, 'newer') }))
    const before = mainPid()
    run(`dpkg -i --force-confold ${newer}`)
    await expect.poll(() => running('solar-family') === 'active running' && mainPid() !== before, within(90)).toBe(true)
    expect(run('solar-family house list --json')).toContain('casa_A')
    expect(run('solar-family version')).toContain('0.2.0')
    run('dpkg -r solar-family')
    expect(debian.run('ls -l /proc/[0-9]*/exe 2>&1 | grep lib/solar-family').out).toBe('')
    expect(await isServed()).toBe(0)
    expect(run(`ls ${DATA}`)).toContain('readings.db')
  }, 300_000)
})
