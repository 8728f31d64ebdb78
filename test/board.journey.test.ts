import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeCounters } from '../hub/codec/serial-node.ts'
import { needs } from './needs.ts'
import { avrToolchain, HouseNode, nodeFlash } from './support/house-node.ts'
import type { TestHub } from './support/hub-in-process.ts'
import { house, keyOf, testHub } from './support/hub-in-process.ts'
import { stopAll } from './support/hub-process.ts'

// The exact image of the house node on the simulated board, against the real hub.

const AT = Date.UTC(2026, 5, 21, 10)
/** An hour with BOARD_S=3600. */
const LONG_S = Number(process.env['BOARD_S'] ?? 60)
const WATTS = { production: 1500, consumption: 400 }

interface Dashboard {
  readonly impianti: readonly { nome: string; potenza_w: number | null; consumo_w: number | null; stato: string }[]
}

describe.runIf(needs(avrToolchain(), 'the journeys of the house node', 'gcc-avr avr-libc arduino-core-avr'))(
  'a house node and its hub',
  () => {
    let site: TestHub
    let flash: Uint16Array<ArrayBuffer>
    let provisioned: Uint8Array

    beforeAll(async () => {
      flash = await nodeFlash()
      site = await testHub({ houses: [house('casa_A', 3000), house('casa_B', 3000)], at: AT })
      const first = nodeOf()
      await first.run(0.2)
      await first.setUp('casa_A', keyOf('casa_A'))
      provisioned = first.board.eeprom.cells.slice()
    })
    afterAll(async () => {
      await site?.stop()
      await stopAll()
    })

    /** The hub's clock goes with the board's. */
    function nodeOf(eeprom?: Uint8Array): HouseNode {
      const node = new HouseNode({
        flash,
        hubPort: site.hub.mqttPort,
        ...(eeprom ? { eeprom: eeprom.slice() } : {}),
        each: (seconds) => {
          site.clock.at += seconds * 1000
        },
      })
      node.board.ct[0].set({ amps: WATTS.production / 230 })
      node.board.ct[1].set({ amps: WATTS.consumption / 230 })
      return node
    }

    const dashboard = async (): Promise<Dashboard> =>
      (await site.as('reader', '/api/dashboard')).json() as Promise<Dashboard>

    it('from power to the dashboard, with the right watts', async () => {
      const node = nodeOf(provisioned)
      const seen = () => site.hub.ingest.counts.stored > 2
      expect(await node.run(30, seen)).toBe(true)
      const [plant] = (await dashboard()).impianti
      expect(plant?.nome).toBe('casa_A')
      const errors = [
        (plant?.potenza_w ?? 0) / WATTS.production - 1,
        (plant?.consumo_w ?? 0) / WATTS.consumption - 1,
      ].map(Math.abs)
      expect(Math.max(...errors), `${plant?.potenza_w} W and ${plant?.consumo_w} W`).toBeLessThanOrEqual(0.01)
    })

    it('a key that the hub does not know is refused, and both say so', async () => {
      const node = nodeOf(provisioned)
      await node.run(0.2)
      await node.setUp('casa_B', 'not-the-key-of-casa-B')
      const refused = async () => (await node.ask('rete')).fields['errore'] === 'connack_5'
      await node.run(8)
      expect(await refused()).toBe(true)
      expect(site.hub.strangers.list().map(({ who }) => who)).toContain('casa_B')
    })

    it(
      `lives for ${LONG_S} s without a reset or a lost message, and its counters are right`,
      async () => {
        const node = nodeOf(provisioned)
        expect(await node.run(30, () => site.hub.ingest.counts.stored > 0)).toBe(true)
        const counters = async () => {
          const decoded = decodeCounters((await node.ask('contatori')).fields)
          if (!decoded.ok) throw new Error(decoded.error)
          return decoded.value
        }
        await node.run(10)
        const [before, stored, from] = [await counters(), site.hub.ingest.counts.stored, node.board.seconds]
        await node.run(LONG_S)
        const [after, more, seconds] = [
          await counters(),
          site.hub.ingest.counts.stored - stored,
          node.board.seconds - from,
        ]
        const wh = (WATTS.production * seconds) / 3600
        process.stderr.write(
          `${seconds.toFixed(0)} s on the board: ${more} messages stored, ${(after.producedWh - before.producedWh).toFixed(2)} of ${wh.toFixed(2)} Wh counted\n`,
        )
        expect(node.board.lives).toEqual(['external'])
        expect(site.hub.ingest.counts.refused).toBe(0)
        // One every ten seconds, by the board's own clock; the last may be on its way.
        expect(more).toBeGreaterThanOrEqual(Math.floor((0.97 * seconds) / 10) - 1)
        // Counters tell whole watt-hours.
        expect(Math.abs(after.producedWh - before.producedWh - wh)).toBeLessThanOrEqual(1 + 0.005 * wh)
      },
      600_000 + LONG_S * 1000,
    )

    it('counters go on over a reset, and the boot number rises', async () => {
      const node = nodeOf(provisioned)
      await node.run(0.2)
      const counters = async () => {
        const decoded = decodeCounters((await node.ask('contatori')).fields)
        if (!decoded.ok) throw new Error(decoded.error)
        return decoded.value
      }
      await node.run(12)
      const before = await counters()
      expect(before.producedWh).toBeGreaterThan(3)
      await node.ask('riavvia')
      // The simulated watchdog looks at a shorter time only when the longer one is over: 4 s.
      await node.run(5)
      const after = await counters()
      expect(after.boot).toBe(before.boot + 1)
      expect(after.producedWh).toBeGreaterThanOrEqual(before.producedWh)
      expect(node.board.lives).toEqual(['external', 'watchdog'])
    })
  },
)
