import type { ConfigOptions, ResolvedConfig } from '../config.ts'

export interface Option {
  /** What stands for the value in the help; null = a flag without one. */
  readonly value: string | null
  readonly help: string
  readonly short?: string
  /** May be given several times. */
  readonly multiple?: true
}

export type Options = Readonly<Record<string, Option>>

export interface Command {
  /** As it is typed: `house add`. */
  readonly name: string
  readonly summary: string
  /** Names of what follows the command; all of them have to be given. */
  readonly args: readonly string[]
  /** Name of one more that may follow. */
  readonly rest?: string
  readonly options: Options
  /** Options that cannot be left out. */
  readonly required?: readonly string[]
  readonly example: string
  readonly run: (call: Call) => Promise<number>
}

/** Why a command was not carried out, as one sentence for whoever typed it. */
export class Failure extends Error {
  readonly exitCode: 1 | 2
  constructor(sentence: string, exitCode: 1 | 2 = 1) {
    super(sentence)
    this.name = 'Failure'
    this.exitCode = exitCode
  }
}

/** The command was not typed as it should be. */
export function wrongUsage(sentence: string): Failure {
  return new Failure(sentence, 2)
}

/** Where a command writes and reads: the process, or what a test puts in its place. */
export interface Terminal {
  readonly out: { write: (text: string) => unknown; readonly isTTY?: boolean }
  readonly err: { write: (text: string) => unknown; readonly isTTY?: boolean; readonly columns?: number }
  readonly input: NodeJS.ReadStream
}

export type OptionValues = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>

/** A command as it was typed. */
export class Call {
  readonly #args: ReadonlyMap<string, string>
  readonly #options: OptionValues
  readonly #resolve: (insist: ConfigOptions) => Promise<ResolvedConfig>
  readonly terminal: Terminal

  constructor(
    parsed: { args: ReadonlyMap<string, string>; options: OptionValues },
    resolve: (insist: ConfigOptions) => Promise<ResolvedConfig>,
    terminal: Terminal,
  ) {
    this.#args = parsed.args
    this.#options = parsed.options
    this.#resolve = resolve
    this.terminal = terminal
  }

  get json(): boolean {
    return this.flag('json')
  }

  /** The configuration this command runs under, with what the command insists on; fails with a sentence when it is wrong. */
  config(insist: ConfigOptions = {}): Promise<ResolvedConfig> {
    return this.#resolve(insist)
  }

  arg(name: string): string {
    return this.#args.get(name) ?? ''
  }

  /** What follows the command and need not. */
  get rest(): string | undefined {
    return this.#args.get('')
  }

  flag(name: string): boolean {
    return this.#options[name] === true
  }

  text(name: string): string | undefined {
    const value = this.#options[name]
    return typeof value === 'string' ? value : undefined
  }

  /** Values of an option that may be given several times. */
  texts(name: string): readonly string[] {
    const value = this.#options[name]
    return Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : []
  }

  /** A number between two bounds, both allowed. */
  number(name: string, from: number, to: number, unit = ''): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = Number(text)
    if (text.trim() === '' || !(value >= from && value <= to)) {
      throw wrongUsage(`--${name} "${text}" is not right: expected a number from ${from} to ${to}${unit}.`)
    }
    return value
  }

  /** One of a list of words. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const chosen = choices.find((c) => c === text)
    if (chosen === undefined)
      throw wrongUsage(`--${name} "${text}" is not right: expected one of ${choices.join(', ')}.`)
    return chosen
  }

  /** The outcome: one JSON value with `--json`, else text for a person. */
  report(value: unknown, text: string): void {
    this.terminal.out.write(this.json ? `${JSON.stringify(value)}\n` : text === '' ? '' : `${text}\n`)
  }

  /** Something beside the outcome, for a person. */
  note(text: string): void {
    this.terminal.err.write(`${text}\n`)
  }
}
