import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import type { LoadJob, LoadResult } from './load.ts'
import { ackReader, connectPacket, packetId, publishTemplate, writePublish } from './mqtt-wire.ts'
import { Samples } from './samples.ts'

/** The load, in a process of its own: takes one job, says when it begins to count, answers the result, ends. */

process.once('message', (job: LoadJob) => void run(job))
process.once('disconnect', () => process.exit(1))

/** One for each process: what an earlier load sent is never a duplicate of this one's. */
const BOOT = Math.floor(Date.now() / 1000)

async function run(job: LoadJob): Promise<void> {
  const samples = new Samples()
  const clients = await Promise.all(job.houses.map((house) => Client.open(job.port, house, samples)))
  const pace = job.rate === null ? keepWindows(clients, job.window) : keepRate(clients, job.rate)
  await seconds(job.warmUpS)
  samples.clear()
  const started = performance.now()
  const cpu = process.cpuUsage()
  process.send?.('counting')
  await seconds(job.seconds)
  const elapsedS = (performance.now() - started) / 1000
  const used = process.cpuUsage(cpu)
  const result: LoadResult = {
    ...samples.summary(),
    perSecond: samples.size / elapsedS,
    clientCpu: (used.user + used.system) / 1e6 / elapsedS,
  }
  pace.stop()
  process.send?.(result, () => process.exit(0))
}

/** One connection that publishes for one house. */
class Client {
  readonly #socket: Socket
  readonly #template: ReturnType<typeof publishTemplate>
  /** When the message with a packet id was due, ms. */
  readonly #due = new Float64Array(65_536)
  #sent = 0
  unacknowledged = 0
  onAcks: () => void = () => {}

  private constructor(socket: Socket, house: string) {
    this.#socket = socket
    this.#template = publishTemplate(`comunita/${house}/bilancio`, BOOT)
  }

  static async open(port: number, { id, key }: { id: string; key: string }, samples: Samples): Promise<Client> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const client = new Client(socket, id)
    const { promise, resolve } = Promise.withResolvers<Client>()
    const read = ackReader(
      (code) => (code === 0 ? resolve(client) : fail(new Error(`the broker refused ${id} with code ${code}`))),
      (packet) => {
        client.unacknowledged -= 1
        samples.add(performance.now() - (client.#due[packet] ?? 0))
      },
    )
    socket.on('data', (bytes: Buffer) => {
      read(bytes)
      client.onAcks()
    })
    socket.on('close', () => fail(new Error(`the broker closed the connection of ${id}`)))
    socket.on('error', fail)
    await once(socket, 'connect')
    socket.write(connectPacket(id, key))
    return promise
  }

  /** Sends one message for every instant it was due at. */
  send(due: readonly number[]): void {
    const { bytes } = this.#template
    const out = Buffer.allocUnsafe(bytes.length * due.length)
    for (const [i, at] of due.entries()) {
      this.#due[packetId(this.#sent)] = at
      writePublish(this.#template, this.#sent++, out, i * bytes.length)
    }
    this.unacknowledged += due.length
    this.#socket.write(out)
  }
}

/** As fast as it goes: every connection keeps as many messages on their way as its window takes. */
function keepWindows(clients: readonly Client[], window: number): { stop: () => void } {
  let stopped = false
  for (const client of clients) {
    const fill = () => {
      const room = window - client.unacknowledged
      if (!stopped && room > 0) client.send(new Array<number>(room).fill(performance.now()))
    }
    client.onAcks = fill
    fill()
  }
  return {
    stop: () => {
      stopped = true
    },
  }
}

/** So many a second over all connections in turn, whether they are answered or not; a latency counts from when a message was due. */
function keepRate(clients: readonly Client[], rate: number): { stop: () => void } {
  const started = performance.now()
  let n = 0
  const timer = setInterval(() => {
    const now = performance.now()
    const due = clients.map((): number[] => [])
    for (let at = started + (n * 1000) / rate; at <= now; at = started + (++n * 1000) / rate)
      due[n % clients.length]?.push(at)
    for (const [i, client] of clients.entries()) if (due[i]?.length) client.send(due[i] ?? [])
  }, 1)
  return { stop: () => clearInterval(timer) }
}

function seconds(n: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, n * 1000))
}

function fail(error: Error): void {
  process.stderr.write(`load: ${error.message}\n`)
  process.exit(1)
}
