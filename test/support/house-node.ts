import { readFileSync } from 'node:fs'
import { Board } from '../../firmware/sim/board.ts'
import { DhcpServer } from '../../firmware/sim/dhcp-server.ts'
import { flashOf } from '../../firmware/sim/intel-hex.ts'
import type { ResetCause } from '../../firmware/sim/machine.ts'
import type { Play } from '../../firmware/sim/play.ts'
import { play } from '../../firmware/sim/play.ts'
import type { Fields, SerialLine } from '../../hub/flow/node-session.ts'
import { NodeSession } from '../../hub/flow/node-session.ts'
import { avrToolchain, buildFirmware } from '../../scripts/firmware/avr.ts'

export { avrToolchain }

/** Where the simulated router has put the hub. */
export const HUB_ADDRESS = '192.168.1.10'
const WALL_PATIENCE_MS = 120_000

/** The image that is flashed into real boards. */
export async function nodeFlash(): Promise<Uint16Array<ArrayBuffer>> {
  return flashOf(readFileSync((await buildFirmware()).hex, 'utf8'))
}

/** A board with the node's own program, in a home with a router. */
export class HouseNode {
  readonly board: Board
  readonly dhcp = new DhcpServer({
    server: '192.168.1.1',
    offered: '192.168.1.57',
    mask: '255.255.255.0',
    leaseSeconds: 86_400,
  })
  readonly session: NodeSession
  /** What it said unasked. */
  readonly said: Fields[] = []
  /** The port of this machine that is the hub's MQTT port; null = nobody listens there. */
  hubPort: number | null = null
  /** After each slice of 5 ms. */
  #each: Play['each']

  constructor(options: {
    flash: Uint16Array<ArrayBuffer>
    cause?: ResetCause
    eeprom?: Uint8Array
    hubPort?: number
    each?: Play['each']
  }) {
    const { flash, cause = 'external', eeprom, hubPort, each } = options
    this.hubPort = hubPort ?? null
    this.#each = each
    this.board = new Board({
      flash,
      cause,
      ...(eeprom ? { eeprom } : {}),
      network: {
        dial: (address) =>
          address !== HUB_ADDRESS
            ? 'absent'
            : this.hubPort === null
              ? 'refused'
              : { host: '127.0.0.1', port: this.hubPort },
        datagram: (from, to) => this.dhcp.answer(to, from),
      },
    })
    const line: SerialLine = {
      write: async (bytes) => this.board.writeSerial(bytes),
      onBytes: (listener) => this.board.onSerial(listener),
      onGone: () => {},
      close: async () => {},
    }
    this.session = new NodeSession(line)
    this.session.start()
    this.session.onSaid((fields) => this.said.push(fields))
  }

  /** Lets so many seconds of the board go by, or as many as it takes. */
  run(seconds: number, until?: () => boolean): Promise<boolean> {
    return play(this.board, seconds, { ...(until ? { until } : {}), ...(this.#each ? { each: this.#each } : {}) })
  }

  /** Runs at the pace of the wall until the signal. */
  async live(stop: AbortSignal): Promise<void> {
    await play(this.board, Number.POSITIVE_INFINITY, {
      until: () => stop.aborted,
      realTime: true,
      ...(this.#each ? { each: this.#each } : {}),
    })
  }

  /** Asks over USB; throws when it is refused. */
  async ask(cmd: string, fields: Fields = {}, seconds = 20): Promise<{ fields: Fields; parts: readonly Fields[] }> {
    let outcome: Awaited<ReturnType<NodeSession['request']>> | null = null
    const asked = this.session.request(cmd, fields, WALL_PATIENCE_MS).then((result) => {
      outcome = result
    })
    await this.run(seconds, () => outcome !== null)
    if (outcome === null) throw new Error(`the node did not answer "${cmd}" within ${seconds} s`)
    await asked
    const { ok, value, error } = outcome as { ok: boolean; value?: never; error?: unknown }
    if (!ok) throw new Error(`"${cmd}" failed: ${JSON.stringify(error)}`)
    return value as never
  }

  /** What a technician does: house, key, hub and loads, saved. */
  async setUp(house: string, key: string, loads: readonly Fields[] = [], more: Fields = {}): Promise<void> {
    const settings = { casa: house, chiave: key, hub: HUB_ADDRESS, porta: 1883, ...more }
    for (const [campo, valore] of Object.entries(settings)) await this.ask('imposta', { campo, valore })
    for (const load of loads) await this.ask('carico', load)
    await this.ask('salva')
  }
}
