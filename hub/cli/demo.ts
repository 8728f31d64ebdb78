import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Call, Command } from './command.ts'
import { wrongUsage } from './command.ts'
import { REPLAY_OPTIONS } from './replay-options.ts'

const DEFAULT_HOUSES = 12
const MAX_HOUSES = 1000
const MAX_SPEED = 3600

export const commands: readonly Command[] = [
  {
    name: 'demo',
    summary: 'a hub with a simulated neighbourhood, on this machine only, gone when it ends',
    args: [],
    options: {
      houses: { value: 'N', help: `number of simulated houses (default ${DEFAULT_HOUSES})` },
      speed: { value: 'X', help: 'let its clock run X times as fast (default 1)' },
      now: { value: null, help: 'start at the present time instead of a sunny day' },
      replay: { value: 'FILE', help: 'replay the houses of a CSV file instead; needs --map' },
      ...REPLAY_OPTIONS,
    },
    example: 'solar-family demo --houses 30 --speed 60',
    run: demo,
  },
]

async function demo(call: Call): Promise<number> {
  const houses = call.number('houses', 1, MAX_HOUSES) ?? DEFAULT_HOUSES
  if (!Number.isInteger(houses))
    throw wrongUsage(`--houses "${houses}" is not right: expected a whole number from 1 to ${MAX_HOUSES}.`)
  const speed = call.number('speed', 0.1, MAX_SPEED) ?? 1
  const replay = call.text('replay') ?? null
  const map = call.texts('map').join(',') || null
  const step = call.text('step') ?? null
  if (replay !== null && map === null)
    throw wrongUsage('--replay needs --map ts=COL,casa=COL,produzione_kwh=COL,consumo_kwh=COL.')
  if (map !== null) {
    const { parseReplayMap, parseStep } = await import('../flow/replay-columns.ts')
    const columns = parseReplayMap(map, null)
    if (!columns.ok) throw wrongUsage(columns.error)
    const length = step === null ? null : parseStep(step)
    if (length && !length.ok) throw wrongUsage(length.error)
  }
  if (replay === null && (map ?? step) !== null) throw wrongUsage('--map and --step go with --replay FILE.')
  if (call.text('data') !== undefined)
    throw wrongUsage('The demo makes a data folder of its own and deletes it at the end: leave --data out.')
  const { config } = await call.config({ bind: '127.0.0.1', data: join(tmpdir(), `solar-family-demo-${randomUUID()}`) })
  const { runDemoCommand } = await import('../run-demo.ts')
  return runDemoCommand(config, { json: call.json, houses, speed, now: call.flag('now'), replay, map, step })
}
