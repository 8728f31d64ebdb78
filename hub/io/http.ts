import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer as createTlsServer, Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'

export interface HttpServer {
  readonly port: number
  /** Uses this certificate for connections from now on. */
  readonly renew: (certificate: { readonly cert: string; readonly key: string }) => void
  /** Closes at once what is idle, and what is busy after a moment. */
  readonly stop: () => Promise<void>
}

const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
const MAX_CONNECTIONS = 1_000
const GRACE_MS = 1_000
const TLS_MIN = 'TLSv1.2' as const

/** Serves `fetch` on a port, over TLS with a certificate. Throws what `listen` throws (`EADDRINUSE`, `EACCES`). */
export async function serveHttp(
  fetch: (request: Request, env: unknown) => Response | Promise<Response>,
  host: string,
  port: number,
  certificate?: { readonly cert: string; readonly key: string },
): Promise<HttpServer> {
  const tls = certificate && {
    createServer: createTlsServer,
    serverOptions: { ...certificate, minVersion: TLS_MIN },
  }
  const server = createAdaptorServer({ fetch: fetch as never, ...tls }) as Server
  server.headersTimeout = HEADERS_TIMEOUT_MS
  server.requestTimeout = REQUEST_TIMEOUT_MS
  server.maxConnections = MAX_CONNECTIONS
  server.listen(port, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    renew: (next) => {
      if (server instanceof TlsServer) server.setSecureContext({ ...next, minVersion: TLS_MIN })
    },
    stop: async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      server.close(() => resolve())
      server.closeIdleConnections()
      setTimeout(() => server.closeAllConnections(), GRACE_MS).unref()
      await promise
    },
  }
}
