import type { Call, Command } from './command.ts'
import { table } from './table.ts'

export const commands: readonly Command[] = [
  {
    name: 'config check',
    summary: 'show every configuration key, its value, and where that comes from',
    args: [],
    options: {},
    example: 'solar-family config check --config /etc/solar-family/config.toml',
    run: check,
  },
]

async function check(call: Call): Promise<number> {
  const { values, file } = await call.config()
  const rows = values.map(({ key, value, origin }) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
    origin,
  ])
  call.report({ file, values }, table(['KEY', 'VALUE', 'ORIGIN'], rows, call.terminal.out))
  return 0
}
