import { messagePage } from '../pages/message.tsx'
import type { MessageCode } from '../view-models.ts'
import type { RouteContext } from './context.ts'
import { readerOf } from './context.ts'

export function message(
  context: Pick<RouteContext, 'c' | 'deps' | 'principal'>,
  code: MessageCode,
  headers: Record<string, string> = {},
): Response {
  const status = typeof code === 'number' ? code : 200
  for (const [name, value] of Object.entries(headers)) context.c.header(name, value)
  return html(context, messagePage(code, readerOf(context)), status)
}

export function html({ c }: Pick<RouteContext, 'c'>, text: string, status = 200): Response {
  c.header('cache-control', 'no-store')
  return c.html(text, status as 200)
}

/** A file that the browser saves under this name. */
export function download(body: string | ReadableStream, name: string, type: string): Response {
  return new Response(body, {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    },
  })
}

export const CSV = 'text/csv; charset=utf-8'
