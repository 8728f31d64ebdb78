import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { projectText } from '../bundled.ts'
import { compareVersions } from '../domain/version.ts'
import type { Outcome, UpdateTools } from '../flow/update.ts'
import { changeOver, HEALTHY_WITHIN_MS, settle } from '../flow/update.ts'
import { systemClock } from '../io/clock.ts'
import { ProgramFolder } from '../io/program-folder.ts'
import { hubService } from '../io/service.ts'
import type { OpenedUpdate } from '../io/update-file.ts'
import { openUpdate, publicKeys, unpackUpdate } from '../io/update-file.ts'
import { storeFiles } from '../store/store.ts'
import { megabytes } from './backup-words.ts'
import type { Call, Command } from './command.ts'
import { Failure, wrongUsage } from './command.ts'
import { checkProgram, tryOnCopy } from './update-trial.ts'

export const commands: readonly Command[] = [
  {
    name: 'update',
    summary: 'install a signed update; goes back by itself where the new version is not well within a minute',
    args: [],
    rest: 'FILE',
    options: {
      program: { value: 'DIR', help: `where the versions of the program lie (${'/usr/lib/solar-family'})` },
      keys: {
        value: 'FILE',
        help: 'public keys to trust beside those of the program (/etc/solar-family/update-keys.pem)',
      },
      installed: { value: 'VERSION', help: 'change to a version that the package has put in its place' },
      settle: { value: null, help: 'end an update that was cut short: keep it, or go back' },
    },
    example: 'sudo solar-family update solar-family-0.2.0-linux-arm64.update',
    run: update,
  },
]

const PROGRAM = '/usr/lib/solar-family'
const KEYS = '/etc/solar-family/update-keys.pem'

async function update(call: Call): Promise<number> {
  const root = call.text('program') ?? PROGRAM
  if (!existsSync(`${root}/versions`))
    throw new Failure(
      `${root} holds no versions of this program: "update" is for the Debian package. A checkout is updated with git pull && npm ci.`,
    )
  const { config } = await call.config()
  const folder = new ProgramFolder(root)
  const host = ['0.0.0.0', '::'].includes(config.bind) ? '127.0.0.1' : config.bind
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${config.http.port}`
  const tools: UpdateTools = {
    versions: folder,
    health: () => hubService.health(url),
    restart: () => hubService.restart(),
    now: () => performance.now(),
    pause,
  }
  if (call.flag('settle')) return say(call, folder, await settle(tools))
  const installed = call.text('installed')
  const file = call.rest
  if ((file === undefined) === (installed === undefined))
    throw wrongUsage('"update" needs a FILE: see "solar-family update --help".')
  // One that was cut short is judged first: what is current then is known to run.
  await settle(tools)
  const to = installed ?? (await put(call, folder, String(file), config.dataDir))
  if (!folder.has(to)) throw new Failure(`${root} holds no version ${to}.`)
  const program = folder.programOf(to)
  const problem = (await checkProgram(program, to)) ?? (await tryOnCopy(program, config.dataDir, systemClock.now()))
  if (problem !== null) throw new Failure(`${problem}. Nothing was changed.`)
  return say(call, folder, await changeOver(tools, to))
}

/** Checks an update file and puts its program beside the others; its version. */
async function put(call: Call, folder: ProgramFolder, file: string, dataDir: string): Promise<string> {
  const own = call.text('keys') ?? KEYS
  const trusted = projectText('hub/release-keys.pem') + (existsSync(own) ? readFileSync(own, 'utf8') : '')
  const opened = await openUpdate(file, publicKeys(trusted))
  if (!opened.ok) throw new Failure(opened.error)
  const { program: version, arch } = opened.value.header
  if (arch !== process.arch)
    throw new Failure(`${file} is for ${arch}, and this machine is ${process.arch}: take the other file.`)
  const current = folder.current
  if (current !== null && compareVersions(version, current) <= 0)
    throw new Failure(
      `${file} holds version ${version}, and ${current} is installed: an update goes to a newer version only.`,
    )
  checkRoom(folder, opened.value, dataDir)
  const damage = await unpackUpdate(file, opened.value, folder.partial())
  if (damage !== null) throw new Failure(damage)
  folder.place(version)
  return version
}

/** The program, and beside the data an archive, its content and the copy that is migrated. */
function checkRoom({ root }: ProgramFolder, { header }: OpenedUpdate, dataDir: string): void {
  const files = Object.values(storeFiles(dataDir))
  const data = files.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0)
  for (const [path, bytes] of [
    [root, header.bytes],
    [dataDir, 3 * data],
  ] as const) {
    if (!existsSync(path)) continue
    const { bavail, bsize } = statfsSync(path)
    if (bavail * bsize < bytes)
      throw new Failure(
        `${path} has ${megabytes(bavail * bsize)} free, and the update takes up to ${megabytes(bytes)}.`,
      )
  }
}

function say(call: Call, { current, previous }: ProgramFolder, outcome: Outcome): number {
  call.report({ outcome, version: current, previous }, sentenceOf(outcome, current))
  return outcome === 'rolled-back' ? 1 : 0
}

function sentenceOf(outcome: Outcome, version: string | null): string {
  switch (outcome) {
    case 'kept':
      return `Solar Family ${version} runs and is well. The version before is kept until the next update.`
    case 'kept-unjudged':
      return `Solar Family ${version} is installed. No hub was running: start it with "systemctl start solar-family".`
    case 'rolled-back':
      return `The new version was not well within ${HEALTHY_WITHIN_MS / 1000} s: Solar Family ${version} runs again. "journalctl -u solar-family" says why.`
    case 'nothing':
      return 'No update was under way.'
  }
}
