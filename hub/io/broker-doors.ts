import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { createServer as createTlsServer, Server as TlsServer } from 'node:tls'
import type { BrokerLimits } from './broker-limits.ts'

/** A certificate and its key, PEM. */
export interface ServerCertificate {
  readonly cert: string
  readonly key: string
}

/** The ports a broker is reached by, plain and TLS; they share one count of connections. */
export class Doors {
  readonly #limits: BrokerLimits
  readonly #enter: (socket: Socket) => void
  readonly #broken: (address: string, why: string) => void
  readonly #perAddress = new Map<string, number>()
  readonly #servers: Server[] = []
  #open = 0

  constructor(
    limits: BrokerLimits,
    on: { enter: (socket: Socket) => void; broken: (address: string, why: string) => void },
  ) {
    this.#limits = limits
    this.#enter = on.enter
    this.#broken = on.broken
  }

  /** Listens; the port it got. Throws what `listen` throws (`EADDRINUSE`, `EACCES`). */
  async open(host: string, port: number, certificate?: ServerCertificate): Promise<number> {
    const server = certificate ? this.#tls(certificate) : createServer()
    if (!certificate) server.on('connection', (socket: Socket) => this.#admit(socket) && this.#enter(socket))
    server.listen(port, host)
    await once(server, 'listening')
    this.#servers.push(server)
    return (server.address() as AddressInfo).port
  }

  /** Uses this certificate for connections from now on. */
  renew(certificate: ServerCertificate): void {
    for (const server of this.#servers)
      if (server instanceof TlsServer) server.setSecureContext({ ...certificate, minVersion: TLS_MIN })
  }

  close(): void {
    for (const server of this.#servers.splice(0)) server.close()
  }

  #tls(certificate: ServerCertificate): Server {
    const server = createTlsServer({
      ...certificate,
      minVersion: TLS_MIN,
      handshakeTimeout: this.#limits.connectTimeoutMs,
    })
    // Counted before the handshake, which costs the most.
    server.on('connection', (socket: Socket) => this.#admit(socket))
    server.on('secureConnection', (socket) => this.#enter(socket))
    server.on('tlsClientError', (error: Error & { code?: string }, socket) => {
      if (error.code !== 'ECONNRESET') this.#broken(socket.remoteAddress ?? 'unknown', 'TLS handshake failed')
      socket.destroy()
    })
    return server
  }

  #admit(socket: Socket): boolean {
    const address = socket.remoteAddress ?? 'unknown'
    const already = this.#perAddress.get(address) ?? 0
    const full = this.#open >= this.#limits.maxConnections
    if (full || already >= this.#limits.maxConnectionsPerAddress) {
      this.#broken(address, full ? 'too many connections' : 'too many connections from one address')
      socket.on('error', () => {})
      socket.destroy()
      return false
    }
    this.#open += 1
    this.#perAddress.set(address, already + 1)
    socket.once('close', () => {
      this.#open -= 1
      const left = (this.#perAddress.get(address) ?? 1) - 1
      if (left > 0) this.#perAddress.set(address, left)
      else this.#perAddress.delete(address)
    })
    socket.setNoDelay(true)
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    return true
  }
}

/** A peer that is gone without a word is noticed, whatever it said about its own keep-alive. */
const KEEP_ALIVE_MS = 60_000

const TLS_MIN = 'TLSv1.2' as const
