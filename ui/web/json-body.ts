import type { RouteContext } from './context.ts'
import { problem } from './problem.ts'

/** The JSON of a request, or the answer to one that has none. */
export async function jsonBody({ c, principal }: RouteContext): Promise<unknown> {
  const type = c.req.header('content-type')
  // A form of another site sends no JSON: whoever comes with a session must say that it is.
  if (type === undefined ? principal.kind === 'person' : !/^application\/([a-z.+-]+\+)?json\b/i.test(type)) {
    return problem(415, `Send application/json, not ${(type ?? 'nothing').slice(0, 60)}.`)
  }
  try {
    return JSON.parse(await c.req.text()) as unknown
  } catch {
    return problem(400, 'The body is not JSON.')
  }
}
