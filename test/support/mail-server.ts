import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

/** How a mail server of the tests behaves; each `refuse...` is the line it answers there. */
export interface MailManners {
  readonly refuseLogin?: string
  readonly refuseRecipient?: string
  readonly refuseData?: string
  /** Takes the connection and says nothing. */
  readonly silent?: boolean
  /** Hangs up in the middle of the message. */
  readonly hangsUp?: boolean
  readonly tls?: { readonly cert: string; readonly key: string }
}

export interface MailServer {
  readonly port: number
  readonly mails: { readonly to: string; readonly text: string }[]
  /** Logins that were tried, as decoded from AUTH PLAIN. */
  readonly logins: string[]
  readonly stop: () => Promise<void>
}

/** A mail server on loopback that keeps what it is given: enough of SMTP for a client that means it. */
export async function startMailServer(manners: MailManners = {}): Promise<MailServer> {
  const mails: { to: string; text: string }[] = []
  const logins: string[] = []
  const sockets = new Set<Socket>()
  const talk = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    if (manners.silent) return
    const say = (line: string) => socket.write(`${line}\r\n`)
    let to = ''
    let data: string[] | null = null
    let rest = ''
    say('220 test')
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) hear(line)
    })
    const hear = (line: string) => {
      if (data !== null) {
        if (line !== '.') return void data.push(line)
        if (!manners.refuseData) mails.push({ to, text: data.join('\n') })
        data = null
        return void say(manners.refuseData ?? '250 taken')
      }
      const [verb = ''] = line.toUpperCase().split(' ')
      if (verb === 'EHLO') return void socket.write('250-test\r\n250 AUTH PLAIN\r\n')
      if (verb === 'STARTTLS') return void say('502 not here')
      if (verb === 'AUTH') {
        logins.push(Buffer.from(line.split(' ')[2] ?? '', 'base64').toString('utf8'))
        return void say(manners.refuseLogin ?? '235 welcome')
      }
      if (verb === 'RCPT') {
        to = /<(.*)>/.exec(line)?.[1] ?? ''
        return void say(manners.refuseRecipient ?? '250 ok')
      }
      if (verb === 'DATA') {
        if (manners.hangsUp) return void socket.destroy()
        data = []
        return void say('354 go on')
      }
      if (verb === 'QUIT') return void socket.end('221 bye\r\n')
      say('250 ok')
    }
  }
  const server: Server = manners.tls ? createTlsServer(manners.tls, talk) : createServer(talk)
  server.on('error', () => {})
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', () => listening.resolve())
  await listening.promise
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    mails,
    logins,
    stop: async () => {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      for (const socket of sockets) socket.destroy()
      await closed.promise
    },
  }
}
