import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Arch } from '../scripts/package/arch.ts'
import { makeBinary } from '../scripts/package/binary.ts'
import { makePackage } from '../scripts/package/debian.ts'
import { needs } from './needs.ts'
import { type DebianRoot, makeRoot, mayRun, openRoot } from './support/debian-root.ts'
import { dataFolder, stopAll } from './support/hub-process.ts'
import { binaryOf } from './support/packaged.ts'

/** The Debian package on a Debian 12 with nothing but its essential packages: installed, upgraded, not downgraded, removed, purged. */

const SUITE = 'the journeys of the Debian package'
const may =
  needs(existsSync('/usr/sbin/debootstrap'), SUITE, 'debootstrap') &&
  needs(mayMount(), SUITE, null, 'root, and the right to mount')

const DATA = 'var/lib/solar-family'

function mayMount(): boolean {
  return process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0
}

describe.runIf(may && process.arch === 'x64')('the Debian package for x64', () => liveOn('x64'))
describe.runIf(may && needs(mayRun('arm64'), `${SUITE} for arm64`, 'qemu-user-static'))(
  'the Debian package for arm64',
  () => liveOn('arm64'),
)

function liveOn(arch: Arch): void {
  let debian: DebianRoot
  let packages: string
  const inside = (line: string) => debian.inside(line)
  const control = () => new Database(join(debian.root, DATA, 'control.db'))
  const debOf = async (version: string) => {
    const program =
      version === '0.1.0' ? binaryOf(arch) : await makeBinary(arch, { version, out: join(packages, 'newer') })
    const deb = makePackage({ arch, program, version, compression: 'none', folder: packages })
    copyFileSync(deb, join(debian.root, `${version}.deb`))
    return `/${version}.deb`
  }

  beforeAll(async () => {
    packages = dataFolder()
    const root = join(dataFolder(), 'debian')
    makeRoot(root, arch, arch, ['libatomic1'])
    debian = await openRoot(root, arch)
  }, 900_000)
  afterAll(async () => {
    await debian?.close()
    await stopAll()
  })

  it('is installed, and its hub runs as its own user on its own data', { timeout: 900_000 }, async () => {
    const installed = inside(`dpkg -i ${await debOf('0.1.0')}`)
    expect(installed.status, installed.out).toBe(0)
    expect(inside('solar-family version').out).toContain('solar-family 0.1.0')
    expect(inside('solar-family config check').status).toBe(0)
    expect(inside(`stat -c "%U %G %a" /${DATA} /etc/solar-family/config.toml`).out).toBe(
      'solar-family solar-family 750\nroot solar-family 640\n',
    )
    expect(inside('test -L /etc/systemd/system/multi-user.target.wants/solar-family.service').status).toBe(0)
    const added = inside('solar-family house add casa_A --peak 3000')
    expect(added.status, added.out).toBe(0)
    expect(inside(`stat -c %U /${DATA}/control.db`).out).toBe('solar-family\n')

    const words = ['hub', '--json', '--bind', '127.0.0.1', '--http-port', '0', '--mqtt-port', '0']
    const hub = debian.start('solar-family', ...words)
    const [line] = (await once(createInterface({ input: hub.stdout }), 'line')) as [string]
    const { url } = JSON.parse(line) as { url: string }
    expect((await fetch(`${url}/healthz`)).headers.get('content-type')).toContain('json')
    // A second one on the same data is refused with a sentence.
    const second = inside('solar-family hub --http-port 0 --mqtt-port 0')
    expect(second).toMatchObject({ status: 1, out: expect.stringContaining('is in use by') })
    await debian.end(hub)
  })

  it('is upgraded: data migrated, settings and the version before kept', { timeout: 900_000 }, async () => {
    // As a program wrote it that knew less.
    const before = control()
    before.exec('drop table notice_wish; drop table notice_book; drop table notice_outbox')
    before.exec("delete from kysely_migration where name >= '0009'")
    before.close()
    writeFileSync(
      join(debian.root, 'etc/solar-family/config.toml'),
      'data_dir = "/var/lib/solar-family"\nhttp.port = 8081\n',
    )
    const upgraded = inside(`dpkg -i --force-confold ${await debOf('0.2.0')}`)
    expect(upgraded.status, upgraded.out).toBe(0)
    expect(upgraded.out).toContain('Solar Family 0.2.0 is installed')
    expect(inside('solar-family version').out).toContain('solar-family 0.2.0')
    expect(inside('/usr/lib/solar-family/previous/solar-family version').out).toContain('solar-family 0.1.0')
    expect(readFileSync(join(debian.root, 'etc/solar-family/config.toml'), 'utf8')).toContain('8081')
    expect(inside('solar-family house list --json').out).toContain('casa_A')
    const after = control()
    expect(after.prepare("select count(*) as n from kysely_migration where name >= '0009'").get()).not.toEqual({ n: 0 })
    after.close()
    expect(inside(`stat -c %U /${DATA}/control.db; ls -A /${DATA} | grep trial`).out).toBe('solar-family\n')
    // The version before runs on what the newer one has migrated.
    expect(inside('/usr/lib/solar-family/previous/solar-family house list --json').out).toContain('casa_A')
  })

  it('is not upgraded where the data cannot be used', { timeout: 900_000 }, () => {
    expect(inside(`dpkg -i /0.1.0.deb`)).toMatchObject({ status: 1, out: expect.stringContaining('0.1.0 is older') })
    expect(inside('solar-family version').out).toContain('solar-family 0.2.0')
  })

  it('is removed with its data left, and purged with or without it', { timeout: 900_000 }, () => {
    expect(inside('dpkg -r solar-family').status).toBe(0)
    expect(inside('ls /usr/lib/solar-family /usr/bin/solar-family').status).not.toBe(0)
    expect(inside('dpkg -P solar-family').out).toContain('stay in /var/lib/solar-family')
    expect(existsSync(join(debian.root, DATA, 'control.db'))).toBe(true)
    expect(inside('dpkg -i --force-confmiss /0.2.0.deb').status).toBe(0)
    expect(inside('solar-family house list --json').out).toContain('casa_A')
    expect(inside('echo "solar-family solar-family/delete-data boolean true" | debconf-set-selections').status).toBe(0)
    const purged = inside('dpkg -P solar-family')
    expect(purged.status, purged.out).toBe(0)
    expect(
      inside(
        'find / -xdev -name "*solar-family*" -not -path "/proc/*" -not -path "/tmp/*" -not -path "/root/.cache/*"; getent passwd solar-family',
      ).out,
    ).toBe('')
  })
}
