import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Board } from '../firmware/sim/board.ts'
import { DhcpServer } from '../firmware/sim/dhcp-server.ts'
import { flashOf } from '../firmware/sim/intel-hex.ts'
import { play } from '../firmware/sim/play.ts'
import { BoardTerminal } from '../firmware/sim/pty.ts'
import { encodeLine } from '../hub/codec/serial-frame.ts'
import { avrToolchain, buildFirmware } from './firmware/avr.ts'

// `npm run board`: the house node's own program on a simulated board, beside a hub on this machine, in real time.

const HUB_ADDRESS = '192.168.1.10'
const HELP = `Keys: p/P production 100 W up/down   c/C consumption up/down   l cable in/out   s wall switch of output 1
      r reset   o power cut of 5 s   q quit`
const { values } = parseArgs({
  options: {
    house: { type: 'string' },
    key: { type: 'string' },
    'mqtt-port': { type: 'string', default: '1883' },
    eeprom: { type: 'string', default: fileURLToPath(new URL('../firmware/build/board.eeprom', import.meta.url)) },
    help: { type: 'boolean' },
  },
})

if (values.help) {
  console.log(
    `npm run board -- [--house ID --key KEY] [--mqtt-port N] [--eeprom FILE]\n${HELP}\nThe hub's address, as the board sees it, is ${HUB_ADDRESS}.`,
  )
  process.exit(0)
}
if (!avrToolchain()) {
  console.error('The firmware needs avr-gcc: sudo apt-get install gcc-avr avr-libc binutils-avr arduino-core-avr')
  process.exit(1)
}

const router = new DhcpServer({
  server: '192.168.1.1',
  offered: '192.168.1.57',
  mask: '255.255.255.0',
  leaseSeconds: 86_400,
})
const hub = { host: '127.0.0.1', port: Number(values['mqtt-port']) }
const board = new Board({
  flash: flashOf(readFileSync((await buildFirmware()).hex, 'utf8')),
  cause: 'external',
  ...(existsSync(values.eeprom) ? { eeprom: readFileSync(values.eeprom) } : {}),
  network: {
    dial: (address) => (address === HUB_ADDRESS ? hub : 'absent'),
    datagram: (from, to) => router.answer(to, from),
  },
})
const watts = { production: 1500, consumption: 400 }
const flow = () => {
  board.ct[0].set({ amps: watts.production / 230 })
  board.ct[1].set({ amps: watts.consumption / 230 })
}
flow()
const terminal = await BoardTerminal.open(board)
console.log(`USB port of the board: ${terminal.path} (solar-family node info --port ${terminal.path})\n${HELP}`)
if (values.house && values.key) {
  await play(board, 0.3)
  const settings = { casa: values.house, chiave: values.key, hub: HUB_ADDRESS, porta: 1883 }
  let id = 60_000
  for (const [campo, valore] of Object.entries(settings)) {
    board.writeSerial(encodeLine({ id: id++, cmd: 'imposta', campo, valore }))
    await play(board, 0.2)
  }
  board.writeSerial(encodeLine({ id: id++, cmd: 'salva' }))
}

let quit = false
let switched = false
const keys: Readonly<Record<string, () => void>> = {
  p: () => (watts.production += 100),
  P: () => (watts.production = Math.max(0, watts.production - 100)),
  c: () => (watts.consumption += 100),
  C: () => (watts.consumption = Math.max(0, watts.consumption - 100)),
  l: () => (board.ethernet.plugged = !board.ethernet.plugged),
  s: () => {
    switched = !switched
    board.wallSwitch(1, switched)
  },
  r: () => board.reset('external'),
  o: () => board.powerCut(5),
  q: () => (quit = true),
  '\u0003': () => (quit = true),
}
if (process.stdin.isTTY) process.stdin.setRawMode(true)
process.stdin.on('data', (typed) => {
  for (const key of String(typed)) keys[key]?.()
  flow()
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (quit = true))

let shownAt = 0
await play(board, Number.POSITIVE_INFINITY, {
  realTime: true,
  until: () => quit,
  each: () => {
    if (board.seconds - shownAt < 1) return
    shownAt = board.seconds
    process.stderr.write(`${process.stderr.isTTY ? '\r\u001b[2K' : ''}${status()}${process.stderr.isTTY ? '' : '\n'}`)
  },
})
mkdirSync(dirname(join(values.eeprom)), { recursive: true })
writeFileSync(values.eeprom, board.eeprom.cells)
await terminal.unplug()
process.stderr.write('\n')
process.exit(0)

function status(): string {
  const relays = [1, 2, 3, 4].map((n) => (board.relay(n) ? String(n) : '-')).join('')
  const { production, consumption } = watts
  return `${board.seconds.toFixed(0)} s  production ${production} W  consumption ${consumption} W  relays ${relays}  LED ${board.led ? 'on ' : 'off'}  cable ${board.ethernet.plugged ? 'in ' : 'out'}  switch ${switched ? 'closed' : 'open'}`
}
