import { createHmac } from 'node:crypto'
import type { Delivery } from '../domain/notice-message.ts'

export interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Ends the attempt. */
  readonly signal: AbortSignal
}

/** How much of what a server says to a message it refuses is shown. */
const ERROR_TEXT_BYTES = 200

/** Posts JSON; never throws. */
export function postJson(url: string, body: string, options: PostOptions): Promise<Delivery> {
  return postText(url, body, { ...options, headers: { 'content-type': 'application/json', ...options.headers } })
}

/** Posts a text; never throws. Redirects are not followed: no other host is told anything. */
export async function postText(
  url: string,
  body: string,
  { headers = {}, timeoutMs, signal }: PostOptions,
): Promise<Delivery> {
  const where = new URL(url).host
  const no = (problem: string, permanent = false): Delivery => ({
    ok: false,
    problem: `${where}: ${problem}`,
    permanent,
  })
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      signal: AbortSignal.any([timeout, signal]),
      redirect: 'manual',
      headers,
    })
    if (response.ok) {
      await response.body?.cancel()
      return { ok: true }
    }
    const said = await beginning(response)
    const { status } = response
    const transient = status >= 500 || status === 408 || status === 429
    if (status >= 300 && status < 400)
      return no(`it sends us elsewhere (status ${status}): give the address it leads to.`, true)
    return no(`refused with status ${status}${said === '' ? '' : ` (${said})`}.`, !transient)
  } catch (error) {
    if (timeout.aborted) return no(`no answer within ${timeoutMs / 1000} s.`)
    return no(signal.aborted ? 'the hub stops.' : connectionProblem(error))
  }
}

/** Signature of a webhook's body: hex HMAC-SHA-256 of `timestamp.body`, so that an old message cannot be sent again as new. */
export function signatureOf(secret: string, timestamp: number, body: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
}

async function beginning(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= ERROR_TEXT_BYTES) break
  }
  return Buffer.concat(chunks)
    .subarray(0, ERROR_TEXT_BYTES)
    .toString('utf8')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
}

function connectionProblem(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const { code, message } = cause as { code?: string; message?: string }
  switch (code) {
    case 'ECONNREFUSED':
      return 'nobody listens there: connection refused.'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'this name is not known.'
    default:
      if (/certificate|self-signed|altnames/i.test(message ?? ''))
        return `its certificate cannot be trusted: ${message}.`
      return `the connection broke (${code ?? 'no answer in HTTP'}).`
  }
}
