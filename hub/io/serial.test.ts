import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
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
