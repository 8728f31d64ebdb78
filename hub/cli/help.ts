import type { Command, Options } from './command.ts'
import { COMMON } from './common.ts'

/** What all commands are for. */
export function overview(commands: readonly Command[]): string {
  return [
    'solar-family: the energy system of a photovoltaic community',
    '',
    'Usage: solar-family COMMAND [OPTIONS]',
    '',
    'Commands:',
    ...columns(commands.map((c) => [signature(c), c.summary])),
    '',
    'Options common to all:',
    ...optionLines(COMMON),
    '',
    'Every command explains itself: solar-family COMMAND --help',
    'Example: solar-family demo',
  ].join('\n')
}

export function groupHelp(group: string, commands: readonly Command[]): string {
  const lines = columns(commands.map((c) => [signature(c), c.summary]))
  const [first] = commands
  return [`Usage: solar-family ${group} COMMAND [OPTIONS]`, '', ...lines, '', `Example: ${first?.example ?? ''}`].join(
    '\n',
  )
}

export function commandHelp(command: Command): string {
  const own = Object.keys(command.options).length > 0 ? ['', 'Options:', ...optionLines(command.options)] : []
  return [
    `Usage: solar-family ${signature(command)} [OPTIONS]`,
    '',
    `${command.summary.charAt(0).toUpperCase()}${command.summary.slice(1)}.`,
    ...own,
    '',
    'Options common to all:',
    ...optionLines(COMMON),
    '',
    'Example:',
    `  ${command.example}`,
  ].join('\n')
}

function signature({ name, args, rest, required = [], options }: Command): string {
  return [
    name,
    ...args,
    ...(rest === undefined ? [] : [`[${rest}]`]),
    ...required.map((r) => `--${r} ${options[r]?.value ?? ''}`.trimEnd()),
  ].join(' ')
}

function optionLines(options: Options): string[] {
  return columns(
    Object.entries(options).map(([name, { value, help, short }]) => [
      `${short ? `-${short}, ` : ''}--${name}${value === null ? '' : ` ${value}`}`,
      help,
    ]),
  )
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(44, Math.max(...rows.map(([left]) => left.length)))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
