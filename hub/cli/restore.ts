import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { systemClock } from '../io/clock.ts'
import { becomeOwnerOf } from '../io/privileges.ts'
import { inUse, lockDataFolder } from '../store/lock.ts'
import { putInPlace, unpackBackup } from '../store/restore.ts'
import { storeFiles } from '../store/store.ts'
import { rowsOf } from './backup-words.ts'
import type { Call, Command } from './command.ts'
import { Failure } from './command.ts'
import { atDesk } from './data.ts'

export const commands: readonly Command[] = [
  {
    name: 'restore',
    summary: 'bring back a backup: a file of "backup", a nightly one, or the folder of the scheduled ones',
    args: ['FILE'],
    options: {
      force: { value: null, help: 'where the data folder holds data: put it aside and restore all the same' },
    },
    example: 'solar-family restore /media/usb/street-2026-06-21.tar',
    run: restore,
  },
]

async function restore(call: Call): Promise<number> {
  const { config } = await call.config()
  const { dataDir } = config
  const name = resolve(call.arg('FILE'))
  const isFolder = statSync(name).isDirectory()
  // Opened before we become the owner of the data folder, who may not read it.
  const file = isFolder ? null : openSync(name, 'r')
  try {
    becomeOwnerOf(dataDir)
    return await carryOut(call, dataDir, file === null ? { folder: name } : { file, name })
  } finally {
    if (file !== null) closeSync(file)
  }
}

async function carryOut(call: Call, dataDir: string, source: Parameters<typeof unpackBackup>[1]): Promise<number> {
  const lock = lockDataFolder(dataDir, process.pid)
  if (!lock.ok) throw new Failure(inUse(dataDir, lock.error))
  try {
    const live = storeFiles(dataDir)
    if ((existsSync(live.control) || existsSync(live.readings)) && !call.flag('force'))
      throw new Failure(
        `${dataDir} holds data already; nothing was changed. With --force its files are kept aside as *.before-restore-TIME.`,
      )
    const unpacked = await unpackBackup(dataDir, source)
    if (!unpacked.ok) throw new Failure(`${unpacked.error} Nothing was changed.`)
    const { folder, parts } = unpacked.value
    let aside: string[]
    try {
      aside = putInPlace(dataDir, unpacked.value, systemClock.now())
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    const restored = parts.map(({ kind, from, facts }) => ({ file: `${kind}.db`, from, rows: facts.rows }))
    await atDesk(call, (desk) =>
      desk.log('restore', { restored: restored.map(({ file, from }) => ({ file, from })), aside }),
    )
    const lines = [
      `Restored to ${dataDir}:`,
      ...restored.map(({ file, from, rows }) => `  ${file} from ${from}: ${rowsOf({ rows })}`),
      ...(aside.length > 0 ? [`Kept aside there: ${aside.join(', ')}`] : []),
      'Everybody has to sign in again. Start the hub: solar-family hub',
    ]
    call.report({ data: dataDir, restored, aside }, lines.join('\n'))
    return 0
  } finally {
    lock.value.release()
  }
}
