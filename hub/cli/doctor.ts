import { styleText } from 'node:util'
import type { ResolvedConfig } from '../config.ts'
import { systemClock } from '../io/clock.ts'
import { becomeOwnerOf } from '../io/privileges.ts'
import type { Call, Command } from './command.ts'
import { Failure } from './command.ts'
import type { Finding } from './doctor-checks.ts'
import {
  checkBackups,
  checkClock,
  checkDatabases,
  checkFolder,
  checkLeftovers,
  checkPorts,
  checkRoom,
} from './doctor-checks.ts'

export const commands: readonly Command[] = [
  {
    name: 'doctor',
    summary: 'examine data, disk, backups, clock and ports, and say what to do',
    args: [],
    options: {},
    example: 'solar-family doctor --json',
    run: doctor,
  },
]

async function doctor(call: Call): Promise<number> {
  const findings = await examine(call)
  const worst =
    (['FAIL', 'WARN', 'PASS'] as const).find((result) => findings.some((f) => f.result === result)) ?? 'PASS'
  const colours = call.terminal.out.isTTY === true && !process.env['NO_COLOR']
  const lines = findings.map(({ result, check, detail, remedy }) => {
    const word = colours ? styleText(COLOURS[result], result, { validateStream: false }) : result
    return `${word}  ${check}: ${detail}${remedy ? `\n      ${remedy}` : ''}`
  })
  call.report({ result: worst, findings }, lines.join('\n'))
  return worst === 'FAIL' ? 1 : 0
}

const COLOURS = { PASS: 'green', WARN: 'yellow', FAIL: 'red' } as const

async function examine(call: Call): Promise<Finding[]> {
  let resolved: ResolvedConfig
  try {
    resolved = await call.config()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return [
      { check: 'configuration', result: 'FAIL', detail: error.message, remedy: 'Correct it: the hub will not start.' },
    ]
  }
  const { config, file } = resolved
  const configuration: Finding = {
    check: 'configuration',
    result: 'PASS',
    detail: file ?? 'defaults and options, no file',
  }
  becomeOwnerOf(config.dataDir)
  const folder = checkFolder(config.dataDir)
  if (folder.result === 'FAIL') return [configuration, folder, await checkPorts(config, null)]
  const now = systemClock.now()
  return [
    configuration,
    folder,
    checkRoom(config.dataDir),
    ...(await checkDatabases(config.dataDir)),
    ...checkLeftovers(config.dataDir),
    checkBackups(config, now),
    checkClock(config.dataDir, now),
    await checkPorts(config, config.dataDir),
  ]
}
