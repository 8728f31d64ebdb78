import { closeSync, existsSync, openSync, statfsSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { systemClock } from '../io/clock.ts'
import type { Manifest } from '../store/backup.ts'
import { makeBackup, openBackup } from '../store/backup.ts'
import { storeFiles } from '../store/store.ts'
import { megabytes, rowsOf } from './backup-words.ts'
import type { Call, Command } from './command.ts'
import { Failure } from './command.ts'
import { atDesk } from './data.ts'
import { programVersion } from './version.ts'

export const commands: readonly Command[] = [
  {
    name: 'backup',
    summary: 'keep everything in one file, beside a running hub or without one',
    args: ['FILE'],
    options: {
      'without-raw': {
        value: null,
        help: 'leave out the raw readings: a small file with all slots, houses and people',
      },
    },
    example: 'solar-family backup /media/usb/street-2026-06-21.tar',
    run: backup,
  },
]

async function backup(call: Call): Promise<number> {
  const { config } = await call.config()
  const file = resolve(call.arg('FILE'))
  const { dataDir } = config
  if (!existsSync(storeFiles(dataDir).control))
    throw new Failure(
      `There is nothing to back up: ${dataDir} holds no control.db. Say where the data is with --data DIR.`,
    )
  refuseToOverwrite(file)
  checkRoom(file, dataDir)
  const withRaw = !call.flag('without-raw')
  // Still as whoever typed the command: the file is theirs, and may lie where the service cannot write.
  const at = systemClock.now()
  const manifest = await makeBackup({ dataDir, file, withRaw, at, program: programVersion() })
  const bytes = statSync(file).size
  await atDesk(call, (desk) => desk.log('backup', { file, bytes, raw: withRaw }))
  call.report({ file, bytes, ...manifest }, summary(file, bytes, manifest))
  return 0
}

function summary(file: string, bytes: number, manifest: Manifest): string {
  const lines = manifest.files.map((part) => `  ${part.name}: ${rowsOf(part)}`)
  return [
    `${file}: ${megabytes(bytes)}, checked.`,
    ...lines,
    'It holds password hashes: keep it where only you can read it. To restore it:',
    `  solar-family restore ${file}`,
  ].join('\n')
}

/** An older backup gives way to a newer one; anything else by that name is somebody's file. */
function refuseToOverwrite(file: string): void {
  const folder = dirname(file)
  if (!existsSync(folder)) throw new Failure(`${folder}: there is no such folder; make it, or choose another.`)
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found) return
  if (found.isDirectory())
    throw new Failure(`${file} is a folder: say the name of the file to make, such as ${file}/solar-family.tar.`)
  const archive = openSync(file, 'r')
  try {
    if (!openBackup(archive).ok)
      throw new Failure(
        `${file} exists and is no backup of this program: choose another name, or remove ${basename(file)}.`,
      )
  } finally {
    closeSync(archive)
  }
}

/** The copies and the archive lie side by side for a moment. */
function checkRoom(file: string, dataDir: string): void {
  const { control, readings } = storeFiles(dataDir)
  const bytes = [control, readings].reduce(
    (sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
  const { bavail, bsize } = statfsSync(dirname(file))
  const free = bavail * bsize
  if (free < 2 * bytes)
    throw new Failure(
      `${dirname(file)} has ${megabytes(free)} free, and making the backup takes up to ${megabytes(2 * bytes)}: free some, or choose another disk.`,
    )
}
