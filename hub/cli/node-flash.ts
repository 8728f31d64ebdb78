import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, readFileSync } from 'node:fs'
import { openSerial } from '../io/serial.ts'
import type { Call } from './command.ts'
import { Failure } from './command.ts'
import { openSentence, portOf, withNode } from './node-port.ts'

/** Writes firmware through the bootloader of a Mega, as `avrdude` does it; settings and counters stay. */
export async function flash(call: Call): Promise<number> {
  const file = call.arg('FILE')
  if (!/^:[0-9A-Fa-f]{10}/.test(readFileSync(file, 'latin1')))
    throw new Failure(`${file} is no firmware: expected an Intel HEX file, such as firmware/build/node.hex.`)
  const avrdude = (process.env['PATH'] ?? '')
    .split(':')
    .map((folder) => `${folder}/avrdude`)
    .find(isProgram)
  if (!avrdude)
    throw new Failure('The program avrdude is missing: "sudo apt-get install avrdude", then repeat this command.')
  const path = await portOf(call)
  const free = await openSerial(path)
  if (!free.ok) throw new Failure(openSentence(free.problem, path))
  await free.port.close()
  const args = ['-p', 'atmega2560', '-c', 'wiring', '-P', path, '-b', '115200', '-D', '-U', `flash:w:${file}:i`]
  call.note(`avrdude ${args.join(' ')}`)
  const child = spawn(avrdude, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (bytes) => {
    said += bytes
  })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0)
    throw new Failure(
      `avrdude could not write ${path}: ${lastLine(said)} Press reset right before repeating; a board whose bootloader is gone needs a programmer.`,
    )
  return withNode(call, async ({ identity }) => {
    call.report(
      { port: path, file, firmware: identity.firmware, house: identity.house },
      `Written. The node answers with firmware ${identity.firmware}${identity.house ? `, house ${identity.house}` : ''}.`,
    )
    return 0
  })
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function lastLine(text: string): string {
  return (
    text
      .trim()
      .split('\n')
      .findLast((line) => /error|fail|timeout|can't/i.test(line))
      ?.trim()
      .slice(0, 200) ?? ''
  )
}
