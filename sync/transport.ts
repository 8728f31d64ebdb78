import {
  enrolledSchema,
  LIMITS,
  PATHS,
  type Problem,
  problemSchema,
  type Receipt,
  receiptSchema,
  tokenSchema,
} from './protocol.ts'

/** Why a central did not take something. `status` 0 = no answer came, or none that can be read. */
export interface Refusal {
  readonly status: number
  readonly detail: string
  readonly errors: NonNullable<Problem['errors']>
  readonly retryAfterS: number | null
}

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Refusal }

export type SendBatch = (token: string, body: Buffer) => Promise<Answer<Receipt>>

const TIMEOUT_MS = 30_000

/** Sends a packed batch; never throws. */
export function batchSender(url: string, signal: AbortSignal): SendBatch {
  return (token, body) =>
    ask(
      new URL(PATHS.batches, url),
      {
        body: new Uint8Array(body),
        headers: {
          'content-type': 'application/json',
          'content-encoding': 'gzip',
          authorization: `Bearer ${token}`,
        },
      },
      receiptSchema,
      signal,
    )
}

/** Exchanges a code for the hub's id and token. */
export function enrolAt(url: string, codice: string, programma: string) {
  const body = JSON.stringify({ codice, programma })
  return ask(
    new URL(PATHS.enrol, url),
    { body, headers: { 'content-type': 'application/json' } },
    enrolledSchema,
    new AbortController().signal,
  )
}

/** Exchanges a hub's token for a new one; the old one works until the new one is first used. */
export function exchangeToken(url: string, token: string) {
  return ask(
    new URL(PATHS.token, url),
    { headers: { authorization: `Bearer ${token}` } },
    tokenSchema,
    new AbortController().signal,
  )
}

async function ask<T>(
  url: URL,
  request: { readonly body?: NonNullable<RequestInit['body']>; readonly headers: Readonly<Record<string, string>> },
  schema: { safeParse: (value: unknown) => { success: true; data: T } | { success: false } },
  signal: AbortSignal,
): Promise<Answer<T>> {
  try {
    const answer = await fetch(url, {
      ...request,
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    const text = await readAtMost(answer, LIMITS.jsonBytes)
    const value = text === null ? null : (parse(text) as unknown)
    const read = answer.ok ? schema.safeParse(value) : null
    if (read?.success) return { ok: true, value: read.data }
    if (answer.ok) return refused(0, `${url.host} answered what no central answers`)
    const problem = problemSchema.safeParse(value)
    const wait = Number(answer.headers.get('retry-after') ?? Number.NaN)
    return {
      ok: false,
      error: {
        status: answer.status,
        detail: problem.data?.detail ?? problem.data?.title ?? `${url.host} answered ${answer.status}`,
        errors: problem.data?.errors ?? [],
        retryAfterS: Number.isFinite(wait) && wait >= 0 ? Math.min(wait, 86_400) : null,
      },
    }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const { message, code } = cause as NodeJS.ErrnoException
    return refused(0, `${url.host} does not answer: ${code ?? message}`)
  }
}

function refused(status: number, detail: string): { readonly ok: false; readonly error: Refusal } {
  return { ok: false, error: { status, detail, errors: [], retryAfterS: null } }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

async function readAtMost(response: Response, most: number): Promise<string | null> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.length
    if (size > most) return null
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
