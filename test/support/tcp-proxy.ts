import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'

/** Stands before a broker: passes everything on until it freezes it, as a stopped process would be, or kills it. */
export class TcpProxy {
  readonly #server: Server
  readonly #pairs = new Set<Socket>()
  #frozen = false

  private constructor(server: Server) {
    this.#server = server
  }

  static async before(port: number): Promise<TcpProxy> {
    const server = createServer()
    const proxy = new TcpProxy(server)
    server.on('connection', (near) => proxy.#join(near, connect({ host: '127.0.0.1', port })))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port
  }

  /** Accepts and takes in, and nothing comes out any more. */
  freeze(): void {
    this.#frozen = true
  }

  /** Connections break, and nobody listens. */
  kill(): void {
    this.#server.close()
    for (const socket of this.#pairs) socket.destroy()
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#pairs.add(from)
      from.on('data', (bytes) => this.#frozen || to.write(bytes))
      from.on('close', () => this.#frozen || to.destroy())
      from.on('error', () => {})
    }
  }
}
