import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BoardTerminal } from '../firmware/sim/pty.ts'
import { needs } from './needs.ts'
import { avrToolchain, HouseNode, HUB_ADDRESS, nodeFlash } from './support/house-node.ts'
import type { TestHub } from './support/hub-in-process.ts'
import { house, testHub } from './support/hub-in-process.ts'

// The technician's commands as they are typed, on a pseudo-terminal whose other end is the simulated board.

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const PATIENCE_MS = 120_000

describe.runIf(needs(avrToolchain(), 'the journeys of the USB commands', 'gcc-avr avr-libc arduino-core-avr'))(
  'solar-family node',
  { timeout: 600_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'solar-family-node-'))
    const stop = new AbortController()
    let site: TestHub
    let node: HouseNode
    let terminal: BoardTerminal
    let living: Promise<void>

    beforeAll(async () => {
      node = new HouseNode({ flash: await nodeFlash() })
      node.board.ct[0].set({ amps: 8 })
      node.board.ct[1].set({ amps: 2 })
      terminal = await BoardTerminal.open(node.board)
      site = await testHub({ houses: [house('casa_A', 3000)], at: Date.now() })
      node.hubPort = site.hub.mqttPort
      living = node.live(stop.signal)
    })
    afterAll(async () => {
      stop.abort()
      await living
      await terminal?.unplug()
      await site?.stop()
      rmSync(folder, { recursive: true, force: true })
    })

    /** A command, as somebody types it who interrupts it once it has said `enough`. */
    async function typed(line: string, { input = '', token = '', enough = '' } = {}) {
      const child = spawn(process.execPath, ['hub/main.ts', 'node', ...line.split(' ')], {
        cwd: ROOT,
        env: { ...process.env, SOLAR_FAMILY_TOKEN: token },
      })
      let out = ''
      let err = ''
      child.stdout.on('data', (bytes) => (out += bytes))
      child.stderr.on('data', (bytes) => {
        err += bytes
        if (enough && err.includes(enough) && !child.killed) child.kill('SIGINT')
      })
      child.stdin.end(input)
      const [status] = (await once(child, 'close')) as [number | null]
      return { status, out, err }
    }
    const onPort = (line: string, options = {}) => typed(`${line} --port ${terminal.path}`, options)

    it('gives a node its house and a key that nobody sees', async () => {
      const transcript = join(folder, 'provision.session')
      const line = `provision casa_A --hub ${site.url} --address ${HUB_ADDRESS} --json --transcript ${transcript}`
      const refused = await onPort(line, { token: 'token-reader' })
      expect([refused.status, refused.err]).toEqual([1, expect.stringContaining('role technician is needed')])
      // The hub's port is another on this machine than the one the node dials.
      const { status, out } = await onPort(line, { token: 'token-technician' })
      expect(JSON.parse(out)).toMatchObject({ house: 'casa_A', connected: true, mqtt: 'connesso' })
      expect(status).toBe(0)
      await expect.poll(() => site.hub.ingest.counts.stored, { timeout: PATIENCE_MS }).toBeGreaterThan(0)
      const said = readFileSync(transcript, 'utf8')
      expect(said).toContain('"campo":"chiave","valore":"***')
      expect(out + said).not.toMatch(/"valore":"[A-Za-z0-9_-]{32}"/)
    })

    it('shows, tests, follows and bundles it', async () => {
      const info = JSON.parse((await onPort('info --json')).out)
      expect(info.node).toMatchObject({ house: 'casa_A', board: 'megaatmega2560', configured: true })
      expect(info.measures.productionW / (8 * 230)).toBeCloseTo(1, 1)
      const test = await onPort('selftest --json')
      const { checks, verdict } = JSON.parse(test.out)
      expect(checks).toHaveLength(10)
      expect(test.status).toBe(verdict === 'fail' ? 1 : 0)
      expect(checks.find((c: { name: string }) => c.name === 'mqtt')).toMatchObject({ verdict: 'pass' })
      const follow = await onPort('monitor --json --for 3')
      const lines = follow.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(lines.filter(({ msg }) => msg === 'misura').length).toBeGreaterThan(0)
      expect(JSON.parse(follow.err.trim().split('\n').at(-1) ?? '')).toMatchObject({ crc_errors: 0, unplugged: 0 })
      const file = join(folder, 'bundle.json')
      expect((await onPort(`bundle --out ${file}`)).status).toBe(0)
      const bundle = JSON.parse(readFileSync(file, 'utf8'))
      expect(bundle.settings).toMatchObject({ casa: 'casa_A', chiave: 'impostata' })
      expect(bundle.events.length).toBeGreaterThan(1)
    })

    it('calibrates against a meter and writes the protocol', async () => {
      const protocol = join(folder, 'protocol.txt')
      const line = `calibrate --channel production --by Rita --json --protocol ${protocol}`
      const wrong = await onPort(`${line} --skip-zero`, { input: '\nnine\n' })
      expect([wrong.status, wrong.err]).toEqual([2, expect.stringContaining('"nine" is no current or power')])
      const { status, out, err } = await onPort(`${line} --skip-zero`, { input: '\n8,4 A\nyes\n' })
      expect([status, err]).toEqual([0, expect.stringContaining('error')])
      const result = JSON.parse(out)
      expect(result).toMatchObject({ by: 'Rita', house: 'casa_A', channel: 'production', trueMa: 8400 })
      expect(Math.abs(result.errorAfter)).toBeLessThan(0.2)
      expect(readFileSync(protocol, 'utf8')).toContain('By               Rita')
      expect(JSON.parse((await onPort('info --json')).out).node.unsaved).toBe(false)
    })

    it('holds a relay and lets go of it', async () => {
      const unknown = await onPort('relay 1 on --for 2')
      expect([unknown.status, unknown.err]).toEqual([1, expect.stringContaining('The node refuses "uscita"')])
      expect((await typed('relay 9 on')).status).toBe(2)
      const load = {
        uscita: 1,
        carico: 'pompa',
        riposo: 'spento',
        min_on_s: 0,
        min_off_s: 0,
        max_on_s: 0,
        avvii_ora: 0,
      }
      for (const [cmd, fields] of [['carico', load] as const, ['salva', {}] as const])
        expect(await node.session.request(cmd, fields, PATIENCE_MS)).toMatchObject({ ok: true })
      const { status, out } = await onPort('relay 1 on --for 3 --json')
      expect([status, JSON.parse(out)]).toEqual([0, expect.objectContaining({ output: 1, state: 'on' })])
      const changes = node.board.relayLog.filter(({ relay }) => relay === 1)
      expect(changes.map(({ on }) => on)).toEqual(changes.map((_, index) => index % 2 === 0))
      expect(node.board.relay(1)).toBe(false)
      expect(changes.length).toBeGreaterThanOrEqual(2)
    })

    it.each([
      ['info --port /dev/ttyACM9', 'There is no port /dev/ttyACM9: is the cable in?'],
      ['flash package.json --port /dev/ttyACM9', 'package.json is no firmware'],
      ['provision casa_A --hub ftp://x', 'expected an address such as http://'],
    ])('says what is wrong: %s', async (line, sentence) => {
      const { status, err } = await typed(line)
      expect(status).not.toBe(0)
      expect(err).toContain(sentence)
      expect(err.trim().split('\n')).toHaveLength(1)
    })

    it('says that it was unplugged, and that what answers is no node', async () => {
      const log = join(folder, 'monitor.log')
      const monitor = onPort(`monitor --log ${log}`, { enough: 'was unplugged' })
      await expect
        .poll(() => existsSync(log) && readFileSync(log, 'utf8'), { timeout: PATIENCE_MS })
        .toContain('misura')
      await terminal.unplug()
      const { status, err } = await monitor
      expect([status, err]).toEqual([0, expect.stringContaining(`${terminal.path} was unplugged: waiting for it.`)])
      expect(err).toContain('unplugged 1 times')
      terminal = await BoardTerminal.open(node.board)
      const noisy = await BoardTerminal.open({
        onSerial: (listener: (bytes: Buffer) => void) => {
          const timer = setInterval(() => listener(Buffer.from([0xff, 0xa5, 0x12, 0x0a, 0x80, 0xf0])), 50)
          return () => clearInterval(timer)
        },
        writeSerial: () => {},
      })
      const stranger = await typed(`info --port ${noisy.path}`)
      expect([stranger.status, stranger.err]).toEqual([1, expect.stringContaining('another speed than 115200')])
      await noisy.unplug()
    })
  },
)
