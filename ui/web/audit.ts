import { listAudit } from '../../hub/store/people.ts'
import { auditPage } from '../pages/modifiche.tsx'
import { html } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf } from './context.ts'

const SHOWN = 100

/** `GET /modifiche`. */
export async function showAudit(context: RouteContext): Promise<Response> {
  const before = Number(context.c.req.query('prima'))
  const entries = await listAudit(context.deps.view, {
    before: Number.isSafeInteger(before) && before > 0 ? before : null,
    limit: SHOWN,
  })
  const older = entries.length === SHOWN ? (entries.at(-1)?.id ?? null) : null
  return html(context, auditPage({ entries, older }, readerOf(context)))
}
