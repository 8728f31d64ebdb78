import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** The side of a board that its USB cable goes to. */
export interface UsbPort {
  readonly onSerial: (listener: (bytes: Buffer) => void) => () => void
  readonly writeSerial: (bytes: Uint8Array | string) => void
}

/**
 * A pseudo-terminal whose other end is a board's USB port: to any program it is a serial port. It is made by `script`
 * of util-linux, which every Debian has: what it runs only holds the terminal open.
 */
export class BoardTerminal {
  readonly path: string
  readonly #child: ChildProcess
  readonly #deaf: () => void

  private constructor(path: string, child: ChildProcess, board: UsbPort) {
    this.path = path
    this.#child = child
    child.stdout?.on('data', (bytes: Buffer) => board.writeSerial(bytes))
    this.#deaf = board.onSerial((bytes) => child.stdin?.write(bytes))
  }

  static async open(board: UsbPort): Promise<BoardTerminal> {
    const hold = 'stty raw -echo; tty; exec sleep infinity'
    const child = spawn('script', ['--quiet', '--flush', '--command', hold, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    child.stdin.on('error', () => {})
    const [first] = (await once(child.stdout, 'data')) as [Buffer]
    const path = /\/dev\/\S+/.exec(String(first))?.[0]
    if (!path) throw new Error(`script made no terminal: ${String(first)}`)
    return new BoardTerminal(path, child, board)
  }

  /** Pulls the USB cable. */
  async unplug(): Promise<void> {
    this.#deaf()
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }
}
