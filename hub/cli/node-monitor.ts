import { createWriteStream } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { decodeMeasures } from '../codec/serial-node.ts'
import type { Fields, NodeSession } from '../flow/node-session.ts'
import { systemClock } from '../io/clock.ts'
import type { Call, Terminal } from './command.ts'
import { identify, open, portOf, reopened } from './node-port.ts'

const QUIT = '\u001d'
const INTERRUPT = '\u0003'

interface Totals {
  lines: number
  crcErrors: number
  noise: number
  unplugged: number
}

/** Follows a node until told to stop. Comes back by itself when it is plugged in again. */
export async function monitor(call: Call): Promise<number> {
  const path = await portOf(call)
  const seconds = call.number('for', 1, 86_400, ' s')
  const stop = stopper(call.terminal, seconds)
  const file = call.text('log')
  const log = file === undefined ? null : createWriteStream(file)
  const totals: Totals = { lines: 0, crcErrors: 0, noise: 0, unplugged: 0 }
  try {
    let session: NodeSession | null = await open(call, path)
    await identify(session, path)
    call.note(`Following ${path}; Ctrl-] quits.`)
    while (session && !stop.signal.aborted) {
      await follow(session)
      totals.unplugged += session.gone ? 1 : 0
      if (!session.gone) break
      call.note(`${path} was unplugged: waiting for it.`)
      session = await reopened(call, path, stop.signal)
      if (session) call.note(`${path} is back.`)
    }
  } finally {
    stop.end()
    log?.end()
  }
  const { lines, crcErrors, noise, unplugged } = totals
  const summary = { lines, crc_errors: crcErrors, noise, unplugged }
  if (call.json) call.note(JSON.stringify(summary))
  else
    call.note(
      `${lines} lines, ${crcErrors} with a wrong checksum, ${noise} that were none; unplugged ${unplugged} times.`,
    )
  return 0

  async function follow(session: NodeSession): Promise<void> {
    session.onLine((line, sound) => {
      const at = new Date(systemClock.now()).toISOString()
      log?.write(`${at} ${sound ? ' ' : '!'} ${line}\n`)
      if (call.flag('raw')) call.terminal.out.write(`${line}\n`)
      else if (!sound) call.note(`${at} unreadable: ${JSON.stringify(line.slice(0, 80))}`)
    })
    if (!call.flag('raw')) session.onSaid((said) => show(call, said))
    await session.request('segui', { acceso: true })
    while (!stop.signal.aborted && !session.gone)
      await setTimeout(200, undefined, { signal: stop.signal }).catch(() => {})
    if (!session.gone) await session.request('segui', { acceso: false }, 1_000)
    const tally = session.tally
    totals.lines += tally.lines
    totals.crcErrors += tally.crcErrors
    totals.noise += tally.noise
    await session.close()
  }
}

function show(call: Call, said: Fields): void {
  if (call.json) {
    call.terminal.out.write(`${JSON.stringify(said)}\n`)
    return
  }
  const uptime = String(said['uptime_s'] ?? '').padStart(7)
  const measures = said['msg'] === 'misura' ? decodeMeasures(said) : null
  if (measures?.ok) {
    const { productionW, consumptionW, milliamps, faults } = measures.value
    const [a0, a1] = milliamps.map((ma) => (ma === null ? '   -' : (ma / 1000).toFixed(2).padStart(6)))
    const watts = (w: number | null) => (w === null ? '-' : String(w)).padStart(6)
    const wrong = faults.length > 0 ? `  ${faults.join(' ')}` : ''
    call.terminal.out.write(
      `${uptime} s  production ${watts(productionW)} W ${a0} A  consumption ${watts(consumptionW)} W ${a1} A${wrong}\n`,
    )
  } else if (said['msg'] === 'evento')
    call.terminal.out.write(`${uptime} s  event ${String(said['evento'])} ${String(said['valore'])}\n`)
  else call.terminal.out.write(`${JSON.stringify(said)}\n`)
}

/** Ends at Ctrl-], Ctrl-C, a signal, or when the time is over. */
function stopper({ input }: Terminal, seconds: number | undefined) {
  const controller = new AbortController()
  const abort = () => controller.abort()
  const onKey = (key: Buffer | string) => {
    if (String(key).includes(QUIT) || String(key).includes(INTERRUPT)) abort()
  }
  const timer = seconds === undefined ? undefined : globalThis.setTimeout(abort, seconds * 1000)
  process.once('SIGINT', abort)
  process.once('SIGTERM', abort)
  if (input.isTTY) input.setRawMode(true).resume().on('data', onKey)
  return {
    signal: controller.signal,
    end: () => {
      globalThis.clearTimeout(timer)
      process.off('SIGINT', abort)
      process.off('SIGTERM', abort)
      if (input.isTTY) input.off('data', onKey).setRawMode(false).pause()
    },
  }
}
