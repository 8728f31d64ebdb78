import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { HubConfig } from '../config.ts'
import { DAY, HOUR, isoSeconds, MINUTE } from '../domain/time.ts'
import { inspectFile, newestSchema, newestSlot } from '../store/inspect.ts'
import { dataFolderHolder } from '../store/lock.ts'
import { controlCopies, nightlyBackups, SLOTS_COPY } from '../store/restore.ts'
import { storeFiles } from '../store/store.ts'
import { megabytes, rowsOf } from './backup-words.ts'

/** What one check of `doctor` came to. */
export interface Finding {
  readonly check: string
  readonly result: 'PASS' | 'WARN' | 'FAIL'
  readonly detail: string
  /** What to do about it. */
  readonly remedy?: string
}

export function checkFolder(dataDir: string): Finding {
  const check = 'data folder'
  const found = statSync(dataDir, { throwIfNoEntry: false })
  if (!found?.isDirectory())
    return {
      check,
      result: 'FAIL',
      detail: `${dataDir} is not there`,
      remedy:
        'Start the hub once (solar-family hub), bring back a backup (solar-family restore FILE), or say where the data is with --data DIR.',
    }
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    return {
      check,
      result: 'FAIL',
      detail: `${dataDir} cannot be written by this user`,
      remedy: `Run this as the user the hub runs as, or give the folder to that user: sudo chown -R USER ${dataDir}`,
    }
  }
  if ((found.mode & 0o007) !== 0)
    return {
      check,
      result: 'WARN',
      detail: `${dataDir} can be entered by every user of this machine`,
      remedy: `chmod o-rwx ${dataDir}`,
    }
  return { check, result: 'PASS', detail: dataDir }
}

const ROOM_NEEDED = 200e6
const ROOM_COMFORTABLE = 1e9

export function checkRoom(dataDir: string): Finding {
  const { bavail, bsize, blocks } = statfsSync(dataDir)
  const free = bavail * bsize
  const share = blocks === 0 ? 1 : bavail / blocks
  const result = free < ROOM_NEEDED ? 'FAIL' : share < 0.1 && free < 10 * ROOM_COMFORTABLE ? 'WARN' : 'PASS'
  const remedy = `Free some space: nothing can be stored on a full disk. Backups of earlier nights, and what "doctor" lists as kept aside, may be moved elsewhere.`
  const detail = `${megabytes(free)} free, ${Math.round(100 * share)} %`
  return { check: 'disk', result, detail, ...(result === 'PASS' ? {} : { remedy }) }
}

export async function checkDatabases(dataDir: string): Promise<Finding[]> {
  const files = storeFiles(dataDir)
  const findings: Finding[] = []
  for (const kind of ['control', 'readings'] as const) {
    const check = `${kind}.db`
    if (!existsSync(files[kind])) {
      findings.push({ check, result: 'WARN', detail: 'is not there', remedy: 'The hub makes it when it starts.' })
      continue
    }
    const found = inspectFile(files[kind])
    if (!found.ok) {
      const remedy =
        kind === 'control'
          ? `Stop the hub and restore a backup: solar-family restore ${join(dataDir, 'backups')} --force`
          : 'Start the hub again: it sets the file aside and brings back all that is readable.'
      findings.push({ check, result: 'FAIL', detail: `damaged: ${found.error}`, remedy })
      continue
    }
    const newest = await newestSchema(kind)
    const unknown = found.value.schema.filter((name) => !newest.includes(name))
    const missing = newest.filter((name) => !found.value.schema.includes(name))
    const detail = `sound, ${rowsOf(found.value)}`
    if (unknown.length > 0)
      findings.push({
        check,
        result: 'FAIL',
        detail: `was made by a newer program (${unknown.join(', ')})`,
        remedy: 'Install that version or a newer one.',
      })
    else if (missing.length > 0)
      findings.push({
        check,
        result: 'WARN',
        detail: `${detail}; of an older program`,
        remedy: 'The hub brings it up to date when it starts.',
      })
    else findings.push({ check, result: 'PASS', detail })
  }
  return findings
}

/** Files that were put aside, by damage or by a restore. */
export function checkLeftovers(dataDir: string): Finding[] {
  const names = readdirSync(dataDir).filter((n) => /\.db\.(corrupt|before-restore)-[\dTZ]+$/.test(n))
  if (names.length === 0) return []
  return [
    {
      check: 'kept aside',
      result: 'WARN',
      detail: names.join(', '),
      remedy: `When nothing is missing on the pages any more, move them away or delete them: they are in ${dataDir}.`,
    },
  ]
}

export function checkBackups({ backup, dataDir }: HubConfig, now: number): Finding {
  const check = 'backups'
  const byHand = 'Until then: solar-family backup FILE'
  if (!backup.enabled)
    return {
      check,
      result: 'WARN',
      detail: 'the scheduled backups are switched off',
      remedy: `Set backup.enabled = true. ${byHand}`,
    }
  const slots = statSync(join(backup.dir, SLOTS_COPY), { throwIfNoEntry: false })?.mtimeMs ?? null
  const newest = Math.max(controlCopies(backup.dir)[0]?.at ?? 0, nightlyBackups(backup.dir)[0]?.at ?? 0, slots ?? 0)
  if (newest === 0)
    return {
      check,
      result: 'WARN',
      detail: `none in ${backup.dir} yet`,
      remedy: `A running hub makes the first within an hour. ${byHand}`,
    }
  const age = (at: number | undefined | null) => (at ? agoWords(now - at) : 'none')
  const detail = `control ${age(controlCopies(backup.dir)[0]?.at)}, slots ${age(slots)}, nightly ${age(nightlyBackups(backup.dir)[0]?.at)}`
  if (now - newest > 26 * HOUR)
    return {
      check,
      result: 'WARN',
      detail,
      remedy: `The hub makes them while it runs: is it running, and what does its log say? ${byHand}`,
    }
  const sameDisk = existsSync(backup.dir) && statSync(backup.dir).dev === statSync(dataDir).dev
  const remedy = 'They lie on the disk of the data: a second one (backup.dir) survives the first.'
  return { check, result: 'PASS', detail, ...(sameDisk ? { remedy } : {}) }
}

const CLOCK_SOUND_FROM = Date.UTC(2025, 0, 1)

export function checkClock(dataDir: string, now: number): Finding {
  const check = 'clock'
  const newest = newestSlot(storeFiles(dataDir).readings)
  const remedy = 'Set the clock (timedatectl), or give the machine a network or a clock with a battery.'
  if (now < CLOCK_SOUND_FROM) return { check, result: 'FAIL', detail: `it shows ${isoSeconds(now)}`, remedy }
  if (newest !== null && newest > now + 10 * MINUTE)
    return {
      check,
      result: 'FAIL',
      detail: `it shows ${isoSeconds(now)}, and there are readings of ${isoSeconds(newest)}`,
      remedy,
    }
  return { check, result: 'PASS', detail: isoSeconds(now) }
}

/** `dataDir` = null where no hub can be running. */
export async function checkPorts({ bind, http, mqtt }: HubConfig, dataDir: string | null): Promise<Finding> {
  const check = 'ports'
  const holder = dataDir === null ? null : dataFolderHolder(dataDir)
  if (holder)
    return {
      check,
      result: 'PASS',
      detail: `the hub is running${holder.pid === null ? '' : `, process id ${holder.pid}`}`,
    }
  const refused: string[] = []
  for (const [key, { port }] of [
    ['http.port', http],
    ['mqtt.port', mqtt],
  ] as const) {
    const code = await tryPort(bind, port)
    if (code !== null) refused.push(`${key} ${port} on ${bind} cannot be had (${code})`)
  }
  if (refused.length === 0)
    return { check, result: 'PASS', detail: `HTTP ${http.port} and MQTT ${mqtt.port} are free; the hub is not running` }
  return {
    check,
    result: 'FAIL',
    detail: refused.join('; '),
    remedy: 'Stop what uses them, or choose others with --http-port N and --mqtt-port N.',
  }
}

function tryPort(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
    server.listen(port, host, () => server.close(() => resolve(null)))
  })
}

/** Worked value: 7200000 -> "2 h ago". */
function agoWords(ms: number): string {
  if (ms < 2 * HOUR) return `${Math.max(0, Math.round(ms / MINUTE))} min ago`
  return ms < 2 * DAY ? `${Math.round(ms / HOUR)} h ago` : `${Math.round(ms / DAY)} days ago`
}
