import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BoardTerminal } from '../../firmware/sim/pty.ts'
import { holdersOf, listSerialPorts, openSerial } from './serial.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'solar-family-ports-'))
})
afterEach(() => rmSync(root, { recursive: true }))

it.runIf(process.platform === 'linux')('lists USB ports with their names, makers and holders', async () => {
  const usb = join(root, 'sys/devices/usb1/1-1')
  mkdirSync(join(usb, '1-1:1.0/tty/ttyACM0'), { recursive: true })
  for (const [file, text] of [
    ['idVendor', '2341\n'],
    ['idProduct', '0042\n'],
    ['product', 'Arduino Mega\n'],
    ['serial', 'A1\n'],
  ] as const)
    writeFileSync(join(usb, file), text)
  symlinkSync(join(usb, '1-1:1.0'), join(usb, '1-1:1.0/tty/ttyACM0/device'))
  mkdirSync(join(root, 'sys/class'), { recursive: true })
  symlinkSync(join(usb, '1-1:1.0/tty'), join(root, 'sys/class/tty'))
  mkdirSync(join(root, 'dev/serial/by-id'), { recursive: true })
  writeFileSync(join(root, 'dev/ttyACM0'), '')
  symlinkSync('../../ttyACM0', join(root, 'dev/serial/by-id/usb-Arduino-A1'))
  mkdirSync(join(root, 'proc/42/fd'), { recursive: true })
  writeFileSync(join(root, 'proc/42/comm'), 'minicom\n')
  symlinkSync(join(root, 'dev/ttyACM0'), join(root, 'proc/42/fd/3'))
  const ports = await listSerialPorts({ sys: join(root, 'sys'), dev: join(root, 'dev'), proc: join(root, 'proc') })
  expect(ports).toEqual([
    {
      path: join(root, 'dev/ttyACM0'),
      byId: join(root, 'dev/serial/by-id/usb-Arduino-A1'),
      usb: '2341:0042',
      product: 'Arduino Mega',
      serialNumber: 'A1',
      holders: [{ pid: 42, program: 'minicom' }],
    },
  ])
})

it('a port that is not there is missing; nobody holds it', async () => {
  const path = join(root, 'ttyACM9')
  expect(await openSerial(path)).toEqual({ ok: false, problem: { kind: 'missing' } })
  expect(holdersOf(path)).toEqual([])
})

describe.runIf(process.platform === 'linux')('a port', () => {
  const board = { onSerial: () => () => {}, writeSerial: () => {} }

  it('that is unplugged is gone, though nobody reads it', async () => {
    const terminal = await BoardTerminal.open(board)
    const opened = await openSerial(terminal.path)
    if (!opened.ok) throw new Error(JSON.stringify(opened.problem))
    const gone = new Promise<void>((resolve) => opened.port.onGone(resolve))
    await terminal.unplug()
    await gone
  })

  it('that is closed is not gone by itself', async () => {
    const terminal = await BoardTerminal.open(board)
    const opened = await openSerial(terminal.path)
    if (!opened.ok) throw new Error(JSON.stringify(opened.problem))
    let gone = false
    opened.port.onGone(() => (gone = true))
    await opened.port.close()
    await terminal.unplug()
    expect(gone).toBe(false)
  })

  it('that another program holds is busy, and its holder is named', async () => {
    const terminal = await BoardTerminal.open(board)
    const open = `new (require('serialport').SerialPort)({path:'${terminal.path}',baudRate:115200,lock:true},()=>console.log('open')).resume()`
    const other = spawn(process.execPath, ['-e', open], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(other.stdout, 'data')
    const refused = await openSerial(terminal.path)
    if (refused.ok || refused.problem.kind !== 'busy') throw new Error(JSON.stringify(refused))
    expect(refused.problem.holders).toContainEqual({ pid: other.pid, program: 'node' })
    other.kill()
    await once(other, 'exit')
    await terminal.unplug()
  })
})
