import { EventEmitter } from 'node:events'
import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { SerialPort } from 'serialport'

/** A serial port of this machine. */
export interface PortInfo {
  readonly path: string
  /** The name that stays the same wherever it is plugged in, `/dev/serial/by-id/…`. */
  readonly byId: string | null
  /** Vendor and product, four hexadecimal digits each. */
  readonly usb: string | null
  readonly product: string | null
  readonly serialNumber: string | null
  /** Programs that have it open. */
  readonly holders: readonly Holder[]
}

export interface Holder {
  readonly pid: number
  readonly program: string
}

export type OpenProblem =
  | { readonly kind: 'missing' }
  | { readonly kind: 'denied' }
  | { readonly kind: 'busy'; readonly holders: readonly Holder[] }
  | { readonly kind: 'failed'; readonly message: string }

const BAUD = 115_200
const ROOT = { sys: '/sys', dev: '/dev', proc: '/proc' }
export type SystemRoot = typeof ROOT

/** The USB serial ports, by what Linux says of them; elsewhere by what serialport finds. */
export async function listSerialPorts(root: SystemRoot = ROOT): Promise<readonly PortInfo[]> {
  if (process.platform === 'linux') return linuxPorts(root)
  const found = await SerialPort.list()
  return found.map(({ path, vendorId, productId, manufacturer, serialNumber }) => ({
    path,
    byId: null,
    usb: vendorId && productId ? `${vendorId}:${productId}`.toLowerCase() : null,
    product: manufacturer ?? null,
    serialNumber: serialNumber ?? null,
    holders: [],
  }))
}

function linuxPorts(root: SystemRoot): readonly PortInfo[] {
  const names = entries(join(root.sys, 'class/tty')).filter((name) => /^tty(ACM|USB)\d+$/.test(name))
  const ids = new Map(
    entries(join(root.dev, 'serial/by-id')).flatMap((name) => {
      const link = join(root.dev, 'serial/by-id', name)
      const target = attempt(() => basename(readlinkSync(link)))
      return target ? [[target, link] as const] : []
    }),
  )
  return names.sort().map((name) => {
    const path = join(root.dev, name)
    const device = usbDeviceOf(join(root.sys, 'class/tty', name, 'device'))
    const read = (file: string) => (device ? attempt(() => readFileSync(join(device, file), 'utf8').trim()) : null)
    const [vendor, product] = [read('idVendor'), read('idProduct')]
    return {
      path,
      byId: ids.get(name) ?? null,
      usb: vendor && product ? `${vendor}:${product}` : null,
      product: read('product'),
      serialNumber: read('serial'),
      holders: holdersOf(path, root),
    }
  })
}

/** The USB device above a tty: the first folder on the way up that has a vendor. */
function usbDeviceOf(link: string): string | null {
  let folder = attempt(() => realpathSync(link))
  for (let up = 0; folder && up < 6; up += 1) {
    if (attempt(() => statSync(join(folder ?? '', 'idVendor')))) return folder
    folder = dirname(folder)
  }
  return null
}

/** Other programs that have a port open, as far as this user may see. */
export function holdersOf(path: string, root: SystemRoot = ROOT): readonly Holder[] {
  const target = attempt(() => realpathSync(path)) ?? path
  return entries(root.proc)
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) =>
      entries(join(root.proc, pid, 'fd')).some(
        (fd) => attempt(() => readlinkSync(join(root.proc, pid, 'fd', fd))) === target,
      ),
    )
    .map((pid) => ({
      pid: Number(pid),
      program: programOf(join(root.proc, pid)) || 'a program',
    }))
}

/** By its command line: a program may call its threads as it likes (Node: "MainThread"), and `comm` is a thread's name. */
function programOf(process: string): string | null {
  const [command] = attempt(() => readFileSync(join(process, 'cmdline'), 'utf8').split('\0')) ?? []
  return command ? basename(command) : attempt(() => readFileSync(join(process, 'comm'), 'utf8').trim())
}

/** An open port: bytes both ways until it is closed or unplugged. */
export class Port {
  readonly #port: SerialPort
  #closing = false

  constructor(port: SerialPort) {
    this.#port = port
    wakeOnBytes(port.port)
    closeAtHangUp(port)
  }

  write(bytes: Uint8Array | string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#port.write(typeof bytes === 'string' ? bytes : Buffer.from(bytes), (error) => error && reject(error))
    this.#port.drain((error) => (error ? reject(error) : resolve()))
    return promise
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#port.on('data', listener)
  }

  onGone(listener: () => void): void {
    this.#port.on('error', () => {})
    this.#port.once('close', () => !this.#closing && listener())
  }

  close(): Promise<void> {
    this.#closing = true
    const { promise, resolve } = Promise.withResolvers<void>()
    if (this.#port.isOpen) this.#port.close(() => resolve())
    else resolve()
    return promise
  }
}

/**
 * serialport hears from the system that bytes are there and settles a promise outside of Node's own callbacks: nothing goes on with it
 * until something else happens, in a quiet program seconds later. Whatever is set to happen at once ends that wait.
 */
function wakeOnBytes(binding: object | undefined): void {
  const poller = binding && 'poller' in binding ? binding.poller : null
  if (poller instanceof EventEmitter) poller.on('readable', () => setImmediate(() => {}))
}

/**
 * What is unplugged while it is being read answers with nothing, and serialport asks it again for ever. The system's word that the
 * line was hung up ends that, and does not wait for anybody to read.
 */
function closeAtHangUp(port: SerialPort): void {
  const poller = port.port && 'poller' in port.port ? port.port.poller : null
  if (poller instanceof EventEmitter) poller.once('disconnect', () => port.close(() => {}))
}

/** Opens a port for this program alone, at the node's speed. DTR stays up afterwards, so that only the first opening resets a board. */
export async function openSerial(
  path: string,
): Promise<{ readonly ok: true; readonly port: Port } | { readonly ok: false; readonly problem: OpenProblem }> {
  const port = new SerialPort({ path, baudRate: BAUD, autoOpen: false, hupcl: false, lock: true })
  const error = await new Promise<Error | null>((resolve) => {
    port.open((failure) => resolve(failure))
  })
  if (!error) return { ok: true, port: new Port(port) }
  return { ok: false, problem: problemOf(error.message, path) }
}

function problemOf(message: string, path: string): OpenProblem {
  if (/no such file|file not found|ENOENT|no such device/i.test(message)) return { kind: 'missing' }
  if (/permission denied|access denied|EACCES/i.test(message)) return { kind: 'denied' }
  if (/busy|lock|temporarily unavailable|EBUSY|EAGAIN/i.test(message)) return { kind: 'busy', holders: holdersOf(path) }
  return { kind: 'failed', message: message.replace(/^Error:?\s*/, '').slice(0, 200) }
}

function entries(folder: string): string[] {
  return attempt(() => readdirSync(folder)) ?? []
}

/** Files of the system come and go, and some are not ours to see. */
function attempt<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
