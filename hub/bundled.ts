import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { getAsset, getRawAsset, isSea } from 'node:sea'
import { isMainThread, Worker, workerData } from 'node:worker_threads'

// The program as one executable carries what the sources read from their folders: texts for browsers, the code of threads, native
// add-ons. scripts/package/bundle.ts gives them their names.

/** Threads that the program starts, by the file that each begins with. */
export type ThreadName = 'thread-worker' | 'chore-worker'

const ADDONS = ['better_sqlite3', 'serialport'] as const
export type AddonName = (typeof ADDONS)[number]

/** What a thread is handed beside its own data: where the add-ons have been unpacked to. */
interface ThreadData {
  readonly addonFiles?: Partial<Record<AddonName, string>>
  readonly data: unknown
}

/** A text file of the project, by its path from the root. */
export function projectText(path: string): string {
  return isSea() ? getAsset(path, 'utf8') : readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
}

/** Starts a thread in a heap no larger than `heapMb`, in MiB. */
export function startThread(name: ThreadName, data: unknown, { heapMb }: { heapMb: number }): Worker {
  const common = {
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB, maxOldGenerationSizeMb: heapMb },
  }
  if (!isSea()) {
    const given: ThreadData = { data }
    return new Worker(new URL(`./store/${name}.ts`, import.meta.url), { workerData: given, ...common })
  }
  const given: ThreadData = { data, addonFiles: { better_sqlite3: addonFile('better_sqlite3') } }
  return new Worker(getAsset(`thread:${name}`, 'utf8'), { eval: true, workerData: given, ...common })
}

/** What this thread was started with. */
export function threadData(): unknown {
  return (workerData as ThreadData).data
}

/** Enough for a batch of messages; V8 would take up to 16 MiB three times over. */
const YOUNG_MB = 4

/** A native add-on of the program as one executable; undefined from sources, where its package finds it by itself. */
export function addon(name: AddonName): object | undefined {
  if (!isSea()) return undefined
  const file = isMainThread ? addonFile(name) : (workerData as ThreadData).addonFiles?.[name]
  if (file === undefined) throw new Error(`this thread was handed no add-on "${name}"`)
  const module = { exports: {} }
  process.dlopen(module, file)
  return module.exports
}

/** The file of an add-on, unpacked where it is not yet; its content is checked at every start. */
function addonFile(name: AddonName): string {
  const content = Buffer.from(getRawAsset(`addon:${name}`))
  const problems: string[] = []
  for (const folder of cacheFolders()) {
    try {
      return unpackInto(folder, name, content)
    } catch (error) {
      problems.push(`${folder}: ${(error as Error).message}`)
    }
  }
  throw new Error(
    `there is no folder to unpack "${name}" to (SOLAR_FAMILY_NATIVE_CACHE names one): ${problems.join('; ')}`,
  )
}

function unpackInto(folder: string, name: string, content: Buffer): string {
  makeOwnFolder(folder)
  const sum = createHash('sha256').update(content).digest('hex')
  const file = join(folder, `${name}-${sum.slice(0, 16)}.node`)
  if (existsSync(file) && readFileSync(file).equals(content)) return file
  const partial = join(folder, `${randomBytes(8).toString('hex')}.partial`)
  try {
    writeFileSync(partial, content, { mode: 0o500 })
    chmodSync(partial, 0o500)
    renameSync(partial, file)
  } finally {
    rmSync(partial, { force: true })
  }
  return file
}

/** A folder that nobody else can put anything into. */
function makeOwnFolder(folder: string): void {
  for (const path of [dirname(folder), folder]) if (!existsSync(path)) mkdirSync(path, { mode: 0o700 })
  const { uid, mode } = statSync(folder)
  if (uid !== (process.getuid?.() ?? uid)) throw new Error('it belongs to another user')
  if ((mode & 0o022) !== 0) throw new Error('others may write to it')
}

/** Where unpacked add-ons may lie, the best first. */
function cacheFolders(): string[] {
  const { SOLAR_FAMILY_NATIVE_CACHE: own, CACHE_DIRECTORY: systemd, XDG_CACHE_HOME: xdg } = process.env
  const user = process.getuid?.() ?? 0
  return [
    own,
    systemd?.split(':')[0],
    xdg && join(xdg, 'solar-family'),
    homeCache(),
    join(tmpdir(), `solar-family-${user}`),
  ].filter((folder): folder is string => folder !== undefined && folder !== '')
}

/** A user of systemd's making has no home, and asking for it throws. */
function homeCache(): string | undefined {
  try {
    return join(homedir(), '.cache', 'solar-family')
  } catch {
    return undefined
  }
}
