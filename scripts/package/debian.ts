import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { Arch } from './arch.ts'
import { DEBIAN_ARCH, ROOT } from './arch.ts'
import { sourceDate } from './project.ts'

/** Files of the package that come from the checkout, and where they go. */
const FILES: Readonly<Record<string, string>> = {
  'systemd/solar-family.service': 'usr/lib/systemd/system/solar-family.service',
  'systemd/solar-family-central.service': 'usr/lib/systemd/system/solar-family-central.service',
  'systemd/solar-family-backup.service': 'usr/lib/systemd/system/solar-family-backup.service',
  'systemd/solar-family-backup.timer': 'usr/lib/systemd/system/solar-family-backup.timer',
  'systemd/solar-family-settle.service': 'usr/lib/systemd/system/solar-family-settle.service',
  'systemd/journald.conf': 'usr/lib/systemd/journald.conf.d/60-solar-family.conf',
  'systemd/udev.rules': 'usr/lib/udev/rules.d/60-solar-family.rules',
  'systemd/avahi.service': 'etc/avahi/services/solar-family.service',
  'systemd/config.toml': 'etc/solar-family/config.toml',
  'README.md': 'usr/share/doc/solar-family/README.md',
  'CHANGELOG.md': 'usr/share/doc/solar-family/CHANGELOG.md',
  LICENSE: 'usr/share/doc/solar-family/copyright',
}
const CONFFILES = ['/etc/avahi/services/solar-family.service', '/etc/solar-family/config.toml']
const SCRIPTS = ['preinst', 'postinst', 'prerm', 'postrm']

export interface PackageRequest {
  readonly arch: Arch
  /** The executable. */
  readonly program: string
  readonly version: string
  readonly compression: 'xz' | 'none'
  readonly folder?: string
}

/** Makes a Debian package and returns its path: the same bytes for the same commit. */
export function makePackage({
  arch,
  program,
  version,
  compression,
  folder = join(ROOT, 'dist'),
}: PackageRequest): string {
  const stage = mkdtempSync(join(tmpdir(), 'solar-family-deb-'))
  try {
    const put = (path: string) => {
      const to = join(stage, path)
      mkdirSync(dirname(to), { recursive: true })
      return to
    }
    const own = put(`usr/lib/solar-family/versions/${version}/solar-family`)
    copyFileSync(program, own)
    chmodSync(own, 0o755)
    symlinkSync('../lib/solar-family/current/solar-family', put('usr/bin/solar-family'))
    for (const [from, path] of Object.entries(FILES)) copyFileSync(join(ROOT, from), put(path))
    const values = {
      VERSION: version.replace('-', '~'),
      FOLDER: version,
      ARCH: DEBIAN_ARCH[arch],
      SIZE: String(Math.ceil(statSync(program).size / 1024)),
    }
    for (const name of ['control', 'templates', ...SCRIPTS]) {
      const to = put(`DEBIAN/${name}`)
      writeFileSync(to, filledIn(readFileSync(join(ROOT, 'systemd/deb', name), 'utf8'), values))
      if (SCRIPTS.includes(name)) chmodSync(to, 0o755)
    }
    writeFileSync(put('DEBIAN/conffiles'), CONFFILES.map((path) => `${path}\n`).join(''))
    // Whatever the umask is: dpkg-deb takes the modes as they are.
    execFileSync('chmod', ['-R', 'u=rwX,go=rX', stage])
    mkdirSync(folder, { recursive: true })
    const out = join(folder, `solar-family_${values.VERSION}_${values.ARCH}.deb`)
    execFileSync('dpkg-deb', ['--root-owner-group', `-Z${compression}`, '--build', stage, out], {
      env: { ...process.env, SOURCE_DATE_EPOCH: String(sourceDate()) },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    process.stdout.write(`${relative(ROOT, out)}: ${(statSync(out).size / 2 ** 20).toFixed(1)} MiB\n`)
    return out
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

function filledIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/@([A-Z]+)@/g, (whole, name: string) => values[name] ?? whole)
}
