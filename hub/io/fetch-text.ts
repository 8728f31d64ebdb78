/** Why nothing usable came back. `status` and `text` are those of an answer that says no. */
export type FetchFailure =
  | { readonly kind: 'timeout' }
  | { readonly kind: 'network'; readonly detail: string }
  | { readonly kind: 'size'; readonly limit: number }
  | {
      readonly kind: 'status'
      readonly status: number
      readonly text: string
      /** What the server asks to wait, s; null when it does not say. */
      readonly retryAfterS: number | null
    }

export type Fetched =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly error: FetchFailure }

export interface FetchLimits {
  /** For the whole answer, ms. */
  readonly timeoutMs: number
  readonly maxBytes: number
}

const ERROR_TEXT_BYTES = 2_000

/** Gets a URL as text. Never throws but for an aborted `signal`'s sake: then the failure is `network`. Redirects are not followed: no other host is told anything. */
export async function fetchText(url: string, limits: FetchLimits, signal?: AbortSignal): Promise<Fetched> {
  const timeout = AbortSignal.timeout(limits.timeoutMs)
  try {
    const response = await fetch(url, {
      signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
      redirect: 'error',
      headers: { accept: 'application/json' },
    })
    const text = await readAtMost(response, response.ok ? limits.maxBytes : ERROR_TEXT_BYTES, response.ok)
    if (text === null) return { ok: false, error: { kind: 'size', limit: limits.maxBytes } }
    if (response.ok) return { ok: true, text }
    return {
      ok: false,
      error: {
        kind: 'status',
        status: response.status,
        text,
        retryAfterS: retryAfter(response.headers.get('retry-after')),
      },
    }
  } catch (error) {
    if (timeout.aborted) return { ok: false, error: { kind: 'timeout' } }
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    return { ok: false, error: { kind: 'network', detail: cause instanceof Error ? cause.message : String(cause) } }
  }
}

/** The body as text; where it is longer than allowed, null or (not `whole`) its beginning. */
async function readAtMost(response: Response, maxBytes: number, whole: boolean): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    chunks.push(chunk)
    if (size <= maxBytes) continue
    if (whole) return null
    break
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8')
}

function retryAfter(header: string | null): number | null {
  const seconds = header === null ? Number.NaN : Number(header)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 86_400) : null
}
