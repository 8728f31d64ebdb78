import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { avrGccPath, needs } from '../../test/needs.ts'
import { compileImage } from '../../test/support/avr.ts'
import { Board } from './board.ts'
import { DhcpServer } from './dhcp-server.ts'
import { play } from './play.ts'
import type { Route } from './w5500-network.ts'

describe.runIf(needs(avrGccPath(), 'the tests of the simulated Ethernet chip', 'gcc-avr avr-libc'))(
  'the chip',
  { timeout: 60_000 },
  () => {
    let server: Server
    let peers: Socket[] = []
    let heard = ''
    let route: Route = 'absent'

    beforeEach(async () => {
      peers = []
      heard = ''
      server = createServer((socket) => {
        peers.push(socket)
        socket.on('data', (bytes) => {
          heard += bytes
        })
        socket.on('error', () => {})
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      route = { host: '127.0.0.1', port: (server.address() as { port: number }).port }
    })
    afterEach(() => {
      for (const peer of peers) peer.destroy()
      server.close()
    })

    function started(fault = 0) {
      const dialled: string[] = []
      const dial = (address: string, port: number) => {
        dialled.push(`${address}:${port}`)
        return route
      }
      const board = new Board({
        flash: compileImage('net.c', { FAULT: fault }),
        network: { dial, datagram: () => [] },
      })
      let said = ''
      board.onSerial((bytes) => {
        said += bytes
      })
      return {
        board,
        dialled,
        said: () => said,
        until: (what: () => boolean, s = 5) => play(board, s, { until: what }),
      }
    }

    it('carries a connection to a port of this machine, over the wrap of its pointers', async () => {
      const { board, dialled, said, until } = started()
      expect(await until(() => said().includes('state'))).toBe(true)
      expect([said(), dialled]).toEqual(['version 4\nlink\nstate 17 ir 1\n', ['10.0.0.1:1883']])
      await until(() => peers.length === 1)
      const text = 'all of this comes back, byte for byte; '.repeat(200)
      peers[0]?.write(text)
      expect(await until(() => heard.length >= text.length)).toBe(true)
      expect(heard).toBe(text)
      peers[0]?.end()
      expect(await until(() => said().includes('over'))).toBe(true)
      expect(said()).toContain('over 1c ir 7\n')
      expect(board.ethernet.spiBytes).toBeGreaterThan(text.length)
    })

    it('loses nothing while the cable is out for a moment, and gives up when it stays out', async () => {
      const { board, said, until } = started()
      await until(() => peers.length === 1 && said().includes('state'))
      board.ethernet.plugged = false
      peers[0]?.write('late')
      await play(board, 0.3)
      expect(heard).toBe('')
      board.ethernet.plugged = true
      expect(await until(() => heard === 'late')).toBe(true)
      peers[0]?.write('x')
      await play(board, 0.0055)
      board.ethernet.plugged = false
      // Nothing was on its way: without the cable only a program's own patience ends a connection.
      await play(board, 0.5)
      expect(said()).not.toContain('over')
    })

    it.each<[Route, number, string]>([
      ['refused', 2.5, 'state 0 ir 2'],
      ['absent', 4.5, 'state 0 ir 8'],
      ['silent', 36, 'state 0 ir 8'],
    ])('a peer that is %s is known within %d s', async (gone, seconds, line) => {
      route = gone
      const { said, until } = started()
      expect(await until(() => said().includes(line), seconds)).toBe(true)
    })

    it.each([
      [1, 'socket 0: told to send before the last was acknowledged (SENDOK)'],
      [2, 'written while it was still resetting'],
      [3, 'the socket register 0x3 is read-only'],
      [4, 'socket 0: the receive buffer was read beyond what has arrived'],
      [5, 'socket 0: told to send 3'],
      [6, 'SPI in mode 2'],
    ])('throws at what the data sheet forbids, case %d', async (fault, sentence) => {
      const { said, until } = started(fault)
      const talk = async () => {
        await until(() => peers.length === 1 && said().includes('state'))
        for (let i = 0; i < 100; i += 1) {
          peers[0]?.write('more and more')
          await until(() => false, 0.005)
        }
      }
      await expect(talk()).rejects.toThrow(sentence)
    })
  },
)

describe('the DHCP server', () => {
  const settings = { server: '192.168.1.1', offered: '192.168.1.57', mask: '255.255.255.0', leaseSeconds: 3600 }
  const message = (type: number, wanted?: string) => {
    const payload = Buffer.alloc(260)
    payload[0] = 1
    payload.writeUInt32BE(0x63825363, 236)
    const asked = wanted ? [50, 4, ...wanted.split('.').map(Number)] : []
    payload.set([53, 1, type, ...asked, 255], 240)
    return { address: '0.0.0.0', port: 68, payload }
  }

  it.each([
    [1, undefined, 2, '192.168.1.57'],
    [3, '192.168.1.57', 5, '192.168.1.57'],
    [3, '192.168.1.99', 6, '0.0.0.0'],
  ])('answers a message of type %d for %s with type %d', (type, wanted, answered, address) => {
    const [reply] = new DhcpServer(settings).answer({ port: 67 }, message(type, wanted))
    expect(reply?.payload[242]).toBe(answered)
    expect([...(reply?.payload.subarray(16, 20) ?? [])].join('.')).toBe(address)
  })

  it('answers nothing when it is off or not asked, and throws at what is no request', () => {
    const server = new DhcpServer(settings)
    expect(server.answer({ port: 53 }, message(1))).toEqual([])
    expect(() => server.answer({ port: 67 }, { address: '', port: 68, payload: Buffer.from('hello') })).toThrow('DHCP')
    server.on = false
    expect(server.answer({ port: 67 }, message(1))).toEqual([])
  })
})
