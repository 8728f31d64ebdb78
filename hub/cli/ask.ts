import { createInterface } from 'node:readline'
import { MAX_PASSWORD_LENGTH, passwordProblem } from '../io/password.ts'
import { makePassword } from '../io/random-key.ts'
import type { Call, Terminal } from './command.ts'
import { Failure } from './command.ts'

/** A password for a person: from standard input, typed twice, or made up where nobody can type. */
export async function askPassword(call: Call): Promise<{ password: string; generated: boolean }> {
  if (call.flag('password-stdin')) return { password: accepted(await readPiped(call.terminal.input)), generated: false }
  const { input, err } = call.terminal
  if (!input.isTTY || !err.isTTY) return { password: makePassword(), generated: true }
  const password = accepted(await typed(call.terminal, 'Password: ', false))
  if ((await typed(call.terminal, 'Once more: ', false)) !== password)
    throw new Failure('The two passwords are not the same; nothing was changed.')
  return { password, generated: false }
}

/** Asks for a plain yes where somebody can answer; where nobody can, the command itself was the answer. */
export async function confirm(call: Call, question: string): Promise<void> {
  const { input, err } = call.terminal
  if (call.flag('yes') || !input.isTTY || !err.isTTY) return
  const answer = await typed(call.terminal, `${question} Type "yes" to go on: `, true)
  if (answer.trim().toLowerCase() !== 'yes') throw new Failure('Nothing was changed.')
}

/** Questions of a command that goes step by step, answered on a terminal or line by line from what is piped in. */
export class Questions {
  readonly #terminal: Terminal
  #lines: AsyncIterator<string> | null = null

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  async ask(question: string): Promise<string> {
    const { input, err } = this.#terminal
    if (input.isTTY && err.isTTY) return (await typed(this.#terminal, question, true)).trim()
    err.write(`${question}\n`)
    return this.#piped()
  }

  /** What is typed is not shown. */
  async askSecret(question: string): Promise<string> {
    const { input, err } = this.#terminal
    return input.isTTY && err.isTTY ? (await typed(this.#terminal, question, false)).trim() : this.#piped()
  }

  end(): void {
    void this.#lines?.return?.()
  }

  async #piped(): Promise<string> {
    this.#lines ??= createInterface({ input: this.#terminal.input })[Symbol.asyncIterator]()
    const next = await this.#lines.next()
    if (next.done) throw new Failure('There was no answer; nothing was changed.')
    return next.value.trim()
  }
}

function accepted(password: string): string {
  const problem = passwordProblem(password)
  if (problem) throw new Failure(`The password is not right: ${problem}.`)
  return password
}

async function readPiped(input: NodeJS.ReadStream): Promise<string> {
  let text = ''
  for await (const chunk of input.setEncoding('utf8')) {
    text += String(chunk)
    if (text.length > 4 * MAX_PASSWORD_LENGTH) break
  }
  return text.replace(/\r?\n$/, '')
}

const INTERRUPT = '\u0003'
const END_OF_INPUT = '\u0004'
const ERASE = ['\u007f', '\b']

/** One line from the terminal in raw mode, which shows what is typed only with `echo`. */
function typed({ input, err }: Terminal, prompt: string, echo: boolean): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let line: string[] = []
  const end = (outcome: () => void) => {
    input.off('data', onData).setRawMode(false).pause()
    err.write('\n')
    outcome()
  }
  const onData = (chunk: Buffer | string) => {
    for (const letter of String(chunk)) {
      if (letter === '\r' || letter === '\n') return end(() => resolve(line.join('')))
      if (letter === INTERRUPT || letter === END_OF_INPUT)
        return end(() => reject(new Failure('Interrupted; nothing was changed.')))
      if (ERASE.includes(letter)) {
        if (echo && line.length > 0) err.write('\b \b')
        line = line.slice(0, -1)
      } else if (letter >= ' ') {
        line.push(letter)
        if (echo) err.write(letter)
      }
    }
  }
  err.write(prompt)
  input.setEncoding('utf8').setRawMode(true).resume().on('data', onData)
  return promise
}
