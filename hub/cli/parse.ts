import { parseArgs } from 'node:util'
import { didYouMean } from '../domain/did-you-mean.ts'
import type { Command, Options, OptionValues } from './command.ts'
import { wrongUsage } from './command.ts'
import { COMMON } from './common.ts'

export interface Parsed {
  readonly args: ReadonlyMap<string, string>
  readonly options: OptionValues
}

type Token = NonNullable<ReturnType<typeof scan>['tokens']>[number]

/** The words of the command, at most three, and the arguments without them. Common options may come before. */
export function commandWords(
  argv: readonly string[],
  groups: readonly string[],
): { words: readonly string[]; rest: readonly string[] } {
  const { tokens } = scan(argv, COMMON)
  const words: { index: number; value: string }[] = []
  for (const token of tokens) {
    if (token.kind === 'option-terminator') break
    if (token.kind === 'positional') words.push(token)
    const soFar = words.map((word) => word.value).join(' ')
    if (words.length > 0 && !groups.includes(soFar)) break
  }
  const taken = new Set(words.map((w) => w.index))
  return { words: words.map((w) => w.value), rest: argv.filter((_, i) => !taken.has(i)) }
}

/** Arguments and options of a command, or a sentence about the first that is not right. */
export function parseCall(command: Command, argv: readonly string[]): Parsed {
  const known = { ...COMMON, ...command.options }
  const { values, positionals, tokens } = scan(argv, known)
  for (const token of tokens) if (token.kind === 'option') checkOption(token, known, command)
  if (values['help'] === true) return { args: new Map(), options: values }
  for (const [i, name] of command.args.entries()) {
    if (positionals[i] === undefined)
      throw wrongUsage(`"${command.name}" needs ${name}: see "solar-family ${command.name} --help".`)
  }
  const optional = command.rest === undefined ? undefined : positionals[command.args.length]
  const extra = positionals[command.args.length + Number(command.rest !== undefined)]
  if (extra !== undefined)
    throw wrongUsage(`"${command.name}" does not take "${extra}": see "solar-family ${command.name} --help".`)
  for (const name of command.required ?? []) {
    if (values[name] === undefined) throw wrongUsage(`"${command.name}" needs --${name} ${known[name]?.value ?? ''}.`)
  }
  const args = new Map(command.args.map((name, i) => [name, positionals[i] ?? '']))
  if (optional !== undefined) args.set('', optional)
  return { args, options: values }
}

function checkOption(token: Extract<Token, { kind: 'option' }>, known: Options, command: Command): void {
  const option = known[token.name]
  if (!option) {
    const hint = didYouMean(
      token.rawName,
      Object.keys(known).map((name) => `--${name}`),
    )
    throw wrongUsage(`"${command.name}" does not know the option ${token.rawName}${hint}.`)
  }
  if (option.value === null && token.value !== undefined)
    throw wrongUsage(`--${token.name} takes no value, but was given "${token.value}".`)
  // A negative number is a value; anything else that begins like an option is one, and the value was forgotten.
  const forgotten = token.value === undefined || (!token.inlineValue && /^-(?!\d)./.test(token.value))
  if (option.value !== null && forgotten)
    throw wrongUsage(`--${token.name} needs a value: --${token.name} ${option.value}.`)
}

function scan(argv: readonly string[], options: Options) {
  return parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, { value, short, multiple }]) => [
        name,
        {
          type: value === null ? ('boolean' as const) : ('string' as const),
          ...(short && { short }),
          ...(multiple && { multiple }),
        },
      ]),
    ),
  })
}
