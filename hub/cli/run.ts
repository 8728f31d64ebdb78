import type { ConfigOptions } from '../config.ts'
import { didYouMean } from '../domain/did-you-mean.ts'
import type { Command, OptionValues, Terminal } from './command.ts'
import { Call, Failure, wrongUsage } from './command.ts'
import { commandHelp, groupHelp, overview } from './help.ts'
import { commandWords, parseCall } from './parse.ts'

/** First word of a command -> the commands that begin with it, loaded when they are asked for. */
export type CommandTable = Readonly<Record<string, () => Promise<{ readonly commands: readonly Command[] }>>>

/** Words that another one follows; `central` may stand alone as well. */
export const GROUPS: readonly string[] = [
  'house',
  'load',
  'cleaning',
  'user',
  'token',
  'node',
  'config',
  'sync',
  'central',
  'central hub',
  'central user',
]

/** Runs what was typed; the exit status. */
export async function runCommandLine(
  argv: readonly string[],
  table: CommandTable,
  terminal: Terminal,
): Promise<number> {
  try {
    return await dispatch(argv, table, terminal)
  } catch (error) {
    if (process.env['SOLAR_FAMILY_DEBUG'] === '1') terminal.err.write(`${(error as Error).stack}\n`)
    const { sentence, exitCode } = explain(error)
    terminal.err.write(`${sentence}\n`)
    return exitCode
  }
}

async function dispatch(argv: readonly string[], table: CommandTable, terminal: Terminal): Promise<number> {
  const { words, rest } = commandWords(usualForm(argv), GROUPS)
  const wantsHelp = rest.includes('--help') || rest.includes('-h')
  const [first, second] = words
  if (first === undefined) {
    const all = await Promise.all(Object.values(table).map((load) => load()))
    const target = wantsHelp ? terminal.out : terminal.err
    target.write(`${overview(all.flatMap(({ commands }) => commands))}\n`)
    return wantsHelp ? 0 : 2
  }
  const load = Object.hasOwn(table, first) ? table[first] : undefined
  if (!load)
    throw wrongUsage(
      `There is no command "${first}"${didYouMean(first, Object.keys(table))}: see "solar-family --help".`,
    )
  const { commands } = await load()
  const command = commands.find((c) => c.name === words.join(' '))
  if (!command && second === undefined && wantsHelp) {
    terminal.out.write(`${groupHelp(first, commands)}\n`)
    return 0
  }
  if (!command) {
    const names = commands.map((c) => c.name.slice(first.length + 1))
    const what =
      second === undefined
        ? `"${first}" needs one of ${names.join(', ')}`
        : `There is no command "${words.join(' ')}"${didYouMean(second, names)}`
    throw wrongUsage(`${what}: see "solar-family ${first} --help".`)
  }
  if (wantsHelp) {
    terminal.out.write(`${commandHelp(command)}\n`)
    return 0
  }
  const parsed = parseCall(command, rest)
  const call = new Call(parsed, (insist) => configOf(parsed.options, insist), terminal)
  return command.run(call)
}

/** `help COMMAND` and `--version`, as people type them out of habit. */
function usualForm(argv: readonly string[]): readonly string[] {
  if (argv[0] === 'help') return [...argv.slice(1), '--help']
  const asksVersion = argv.includes('--version') && argv.every((a) => a === '--version' || a === '--json')
  return asksVersion ? ['version', ...argv.filter((a) => a !== '--version')] : argv
}

async function configOf(options: OptionValues, insist: ConfigOptions) {
  const { resolveConfig } = await import('../config.ts')
  const text = (name: string) => options[name] as string | undefined
  const resolved = resolveConfig({
    config: text('config'),
    data: text('data'),
    set: options['set'] as string[] | undefined,
    bind: text('bind'),
    httpPort: text('http-port'),
    mqttPort: text('mqtt-port'),
    mqttsPort: text('mqtts-port'),
    ...insist,
  })
  if (resolved.ok) return resolved.value
  throw new Failure(resolved.error.join('\n'), resolved.error.every((sentence) => sentence.startsWith('--')) ? 2 : 1)
}

/** What went wrong, in a sentence; the trace is for whoever asks for it. */
function explain(error: unknown): { sentence: string; exitCode: number } {
  if (error instanceof Failure) return { sentence: error.message, exitCode: error.exitCode }
  const { code, path, message, name, syscall } = error as NodeJS.ErrnoException
  if (SENTENCES.includes(name)) return { sentence: /[.!?]$/.test(message) ? message : `${message}.`, exitCode: 1 }
  const at = path ? `${path}: ` : ''
  if (typeof code === 'string' && code in REASONS) return { sentence: `${at}${REASONS[code]}.`, exitCode: 1 }
  if (typeof code === 'string' && syscall) return { sentence: `${at}${message}.`, exitCode: 1 }
  return {
    sentence: `This should not have happened: ${message ?? String(error)}. SOLAR_FAMILY_DEBUG=1 shows where.`,
    exitCode: 1,
  }
}

/** Errors whose message is written for whoever typed the command. Told by name, so that nothing is loaded for them. */
const SENTENCES: readonly string[] = ['ReplayError', 'CsvFormatError']

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied; run this as the user the data belongs to, or with sudo',
  EPERM: 'not permitted; run this as the user the data belongs to, or with sudo',
  ENOENT: 'there is no such file or folder',
  EISDIR: 'this is a folder, and a file is needed',
  ENOTDIR: 'this is not a folder',
  EROFS: 'the file system is read-only',
  ENOSPC: 'there is no space left on the disk',
  SQLITE_CANTOPEN:
    'the database cannot be opened; does the data folder belong to another user? Pass another with --data DIR',
  SQLITE_READONLY: 'the database cannot be written; run this as the user the data belongs to, or with sudo',
  SQLITE_BUSY: 'another program kept the database locked for over 5 seconds; try again',
  SQLITE_FULL: 'there is no space left on the disk',
  SQLITE_CORRUPT: 'the database is damaged; "solar-family doctor" says which one and what to do',
  SQLITE_NOTADB: 'control.db or readings.db in the data folder is not a database of this program',
}
