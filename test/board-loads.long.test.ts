import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { needs } from './needs.ts'
import { avrToolchain, HouseNode, nodeFlash } from './support/house-node.ts'
import type { TestHub } from './support/hub-in-process.ts'
import { house, keyOf, testHub } from './support/hub-in-process.ts'
import { stopAll } from './support/hub-process.ts'
import { furnish, NOON, stateOf } from './support/load-street.ts'
import { CAR } from './support/relay-node.ts'

// The exact image of the house node on the simulated board: its relay, from the page to the pin, and whatever happens in between.

const TTL_S = 90
/** Of the contract: a load is in its rest state a lease and so much later. */
const SLACK_S = 5
/** The hub decides every ten seconds of the board's time. */
const TICK_S = 10
const CAR_A = {
  uscita: 1,
  carico: 'auto',
  riposo: 'spento',
  min_on_s: 0,
  min_off_s: 0,
  max_on_s: 43_200,
  avvii_ora: 20,
}

describe.runIf(needs(avrToolchain(), 'the journeys of the house node', 'gcc-avr avr-libc arduino-core-avr'))(
  'a relay of the house node',
  { timeout: 300_000 },
  () => {
    let site: TestHub
    let node: HouseNode
    let cookie = ''
    /** What the hub has commanded. */
    const heard: string[] = []
    /** How long the hub's clock has stood still, and its decisions with it, s; the broker lives. Null = it goes. */
    let frozenS: number | null = null
    const freeze = () => {
      frozenS = 0
    }
    const thaw = () => {
      site.clock.at += (frozenS ?? 0) * 1000
      frozenS = null
    }

    beforeAll(async () => {
      site = await testHub({
        houses: [house('casa_A', 3000)],
        at: NOON,
        residents: ['casa_A'],
        settings: { leaseS: TTL_S },
      })
      await furnish(site, [CAR])
      cookie = await site.signIn('res_casa_A')
      const ear = await site.node('casa_A')
      ear.on('message', (_, payload) => heard.push(String(payload)))
      await ear.subscribeAsync('comunita/casa_A/comando', { qos: 1 })
      let sinceTick = 0
      node = new HouseNode({
        flash: await nodeFlash(),
        hubPort: site.hub.mqttPort,
        each: async (seconds) => {
          if (frozenS !== null) {
            frozenS += seconds
            return
          }
          site.clock.at += seconds * 1000
          sinceTick += seconds
          if (sinceTick < TICK_S) return
          sinceTick = 0
          await site.hub.tick()
        },
      })
      node.board.ct[1].set({ amps: 400 / 230 })
      await node.run(0.2)
      await node.setUp('casa_A', keyOf('casa_A'), [CAR_A])
    }, 300_000)
    afterAll(async () => {
      await site?.stop()
      await stopAll()
    })

    const press = (modo: string) =>
      fetch(`${site.url}/carichi/casa_A/auto/comando`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie, origin: site.url },
        body: new URLSearchParams({ modo, torna: '/carichi' }),
      })
    const phase = async () => (await stateOf(site, 'auto'))?.comando?.fase
    /** Runs the board until something that has to be asked is so. */
    const runUntil = async (seconds: number, isSo: () => Promise<boolean>): Promise<boolean> => {
      const end = node.board.seconds + seconds
      while (node.board.seconds < end) {
        if (await isSo()) return true
        await node.run(0.5)
      }
      return isSo()
    }
    const closed = async () => {
      expect(await runUntil(60, async () => (await stateOf(site, 'auto'))?.stato != null)).toBe(true)
      expect((await press('acceso')).status).toBe(303)
      expect(await node.run(30, () => node.board.relay(1))).toBe(true)
    }
    /** How long after a fault the relay opens, s of the board. */
    const opensAfter = async (what: string): Promise<number> => {
      const from = node.board.seconds
      const opened = await node.run(TTL_S + 60, () => !node.board.relay(1))
      const seconds = node.board.seconds - from
      process.stderr.write(`${what}: at rest after ${seconds.toFixed(1)} s, of a lease of ${TTL_S} s\n`)
      expect(opened).toBe(true)
      return seconds
    }

    it('closes when a resident presses the button, says so, and is confirmed by the current it lets through', async () => {
      // Until the hub knows how steady the house is.
      await node.run(90)
      await closed()
      node.board.ct[1].set({ amps: (400 + CAR.ratedW) / 230 })
      expect(await runUntil(60, async () => ['acknowledged', 'confirmed'].includes((await phase()) ?? ''))).toBe(true)
      expect(await runUntil(90, async () => (await phase()) === 'confirmed')).toBe(true)
      await press('spento')
      expect(await node.run(30, () => !node.board.relay(1))).toBe(true)
      node.board.ct[1].set({ amps: 400 / 230 })
    })

    it('opens a lease after the hub has stopped deciding, while its broker lives', async () => {
      await closed()
      freeze()
      expect(await opensAfter('a hub that decides nothing')).toBeLessThanOrEqual(TTL_S + SLACK_S)
      thaw()
      await press('spento')
    })

    it('opens a lease after its cable was pulled, and is commanded again when it is back', async () => {
      await closed()
      node.board.ethernet.plugged = false
      expect(await opensAfter('a cable that was pulled')).toBeLessThanOrEqual(TTL_S + SLACK_S)
      node.board.ethernet.plugged = true
      // The override still holds: the hub says so again.
      expect(await node.run(240, () => node.board.relay(1))).toBe(true)
      await press('spento')
      expect(await node.run(30, () => !node.board.relay(1))).toBe(true)
    })

    it('opens when its board starts anew in the middle of a lease, and takes no command of before', async () => {
      await closed()
      const late = heard.at(-1) ?? ''
      expect(JSON.parse(late)).toMatchObject({ carico: 'auto' })
      await node.ask('riavvia')
      await node.run(5)
      expect(node.board.relay(1)).toBe(false)
      freeze()
      // The same command, delivered after the start: another boot.
      await site.hub.broker.publish('comunita/casa_A/comando', late, { qos: 1, retain: false })
      await node.run(20)
      expect(node.board.relay(1)).toBe(false)
      thaw()
      await press('spento')
    })

    it('opens a lease after the hub was stopped', async () => {
      await closed()
      await site.restart(async () => {
        node.hubPort = null
        freeze()
        expect(await opensAfter('a hub that was stopped')).toBeLessThanOrEqual(TTL_S + SLACK_S)
      })
      thaw()
    })
  },
)
