import type { FieldError } from '../../hub/domain/result.ts'

const TITLES: Record<number, string> = {
  400: 'Not JSON',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  415: 'Not application/json',
  422: 'A value is not right',
  429: 'Too many requests',
  500: 'Our fault',
  503: 'Storage unavailable',
}

/** An error as the API says it: RFC 9457, with the fields that are wrong. */
export function problem(
  status: number,
  detail: string,
  errors: readonly FieldError[] = [],
  headers: Record<string, string> = {},
): Response {
  const body = {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    ...(errors.length > 0 ? { errors } : {}),
  }
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  })
}

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
}
