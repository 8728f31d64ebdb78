import type { Delivery, NoticeMessage } from '../domain/notice-message.ts'
import type { NotifySettings } from '../domain/settings.ts'

type Mail = NonNullable<NotifySettings['mail']>

/** Hands an e-mail to the community's mail server; never throws, never takes longer than `timeoutMs`. */
export async function sendMail(
  mail: Mail,
  to: string,
  { subject, text }: NoticeMessage,
  { id, timeoutMs, signal }: { id: string; timeoutMs: number; signal: AbortSignal },
): Promise<Delivery> {
  // Loaded by those who need it: it is large.
  const { createTransport } = await import('nodemailer')
  const { host, port, security, user, password, from } = mail
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'nessuna',
    ...(user === null ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(Object.assign(new Error(), { code: 'ETIMEDOUT' })), timeoutMs)
  const stop = () => late.reject(Object.assign(new Error(), { code: 'EABORT' }))
  signal.addEventListener('abort', stop)
  try {
    const sending = transport.sendMail({
      from,
      to,
      subject,
      text,
      messageId: `<${id}@${domainOf(from)}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
    await Promise.race([sending, late.promise])
    return { ok: true }
  } catch (error) {
    return failed(error as MailError, `${host}:${port}`, timeoutMs)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    transport.close()
  }
}

interface MailError extends Error {
  readonly code?: string
  readonly responseCode?: number
  readonly response?: string
}

/** What the server said, in its own words, but never what was sent to it. */
function failed({ code, responseCode, response, message }: MailError, where: string, timeoutMs: number): Delivery {
  const no = (problem: string, permanent = false): Delivery => ({
    ok: false,
    problem: `${where}: ${problem}`,
    permanent,
  })
  const said = response === undefined ? '' : ` (${response.replace(/\s+/g, ' ').slice(0, 200)})`
  const permanent = responseCode !== undefined && responseCode >= 500
  switch (code) {
    case 'EAUTH':
      return no(`the mail server does not accept the user name and password${said}.`, true)
    case 'ETIMEDOUT':
      return no(`no answer within ${timeoutMs / 1000} s.`)
    case 'EABORT':
      return no('the hub stops.')
    case 'ECONNREFUSED':
      return no('nobody listens there: connection refused.')
    case 'EDNS':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return no('this name is not known.')
    case 'ETLS':
      return no('the mail server offers no encryption (STARTTLS), and none is sent without.', true)
    case 'ESOCKET':
    case 'ECONNECTION':
    case 'ECONNRESET':
      return no(connectionProblem(message))
    case 'EENVELOPE':
      return no(`the mail server does not take this sender or recipient${said}.`, permanent)
    default:
      return no(
        said === '' ? `the message could not be handed over: ${code ?? 'unknown error'}.` : `refused${said}.`,
        permanent,
      )
  }
}

function connectionProblem(message: string): string {
  if (message.includes('ECONNREFUSED')) return 'nobody listens there: connection refused.'
  if (/certificate|self-signed|altnames/i.test(message)) return `its certificate cannot be trusted: ${message}.`
  if (/wrong version number|packet length|SSL|TLS/i.test(message))
    return 'it does not speak TLS on this port: try STARTTLS, or port 465.'
  return 'the connection broke before the message was taken.'
}

function domainOf(from: string): string {
  return /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? 'solar-family.local'
}
