import type { SyncSettings } from '../../hub/domain/settings.ts'
import { outboxState, readSyncState, recentBatches } from '../../hub/store/outbox.ts'
import { audit } from '../../hub/store/people.ts'
import { writeSettings } from '../../hub/store/settings.ts'
import { syncPage } from '../pages/sincronia.tsx'
import { html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf, whoOf } from './context.ts'

const SHOWN = 50

/** `GET /sincronia`; `?lotto=` opens one that was sent. */
export function showSync(context: RouteContext): Promise<Response> {
  return draw(context, null)
}

/** `POST /sincronia/iscrizione`: the code that the central gave. */
export async function enrolAtCentral(context: RouteContext): Promise<Response> {
  const { c, deps, principal } = context
  const { codice } = await c.req.parseBody()
  const code = typeof codice === 'string' ? codice.trim() : ''
  const problem = code === '' ? 'vuoto' : await deps.sync.enrol(code)
  if (problem !== null) return draw(context, problem, 422)
  const detail = { url: deps.sync.url, hub: deps.sync.hub() }
  await audit(deps.control, { at: deps.now(), who: whoOf(principal), what: 'sync.enroll', detail })
  return c.redirect('/sincronia?salvato', 303)
}

/** `POST /sincronia`: agrees, withdraws, pauses, goes on; each is kept in the log of changes. */
export async function changeSync(context: RouteContext): Promise<Response> {
  const { c, deps, principal } = context
  const { azione } = await c.req.parseBody()
  const before = deps.registry().settings.sync
  const act = { at: deps.now(), by: whoOf(principal) }
  const after = ((): SyncSettings | null => {
    if (azione === 'accetta') return { ...before, agreed: act, paused: false }
    if (azione === 'ritira') return { agreed: null, houses: null, paused: false }
    if (azione === 'accetta-case') return before.agreed ? { ...before, houses: act } : null
    if (azione === 'ritira-case') return { ...before, houses: null }
    if (azione === 'ferma') return { ...before, paused: true }
    return azione === 'riprendi' ? { ...before, paused: false } : null
  })()
  if (!after) return message(context, 400)
  await writeSettings(deps.control, { sync: after }, act.at)
  await audit(deps.control, { at: act.at, who: act.by, what: `sync.${String(azione)}`, detail: after })
  await deps.refreshRegistry()
  if (after.agreed && !after.paused) await deps.sync.wake()
  return c.redirect('/sincronia?salvato', 303)
}

async function draw(context: RouteContext, codeError: string | null, status = 200): Promise<Response> {
  const { c, deps } = context
  const { waiting, held } = await outboxState(deps.readings, deps.now())
  const agent = await readSyncState<{ problem: string | null; nextAt: number }>(deps.readings, 'agent')
  const batches = await recentBatches(deps.readings, SHOWN)
  const opened = batches.find((batch) => String(batch.id) === c.req.query('lotto'))
  const page = syncPage(
    {
      url: deps.sync.url,
      hub: deps.sync.hub(),
      settings: deps.registry().settings.sync,
      waiting,
      held,
      problem: agent?.problem ?? null,
      nextAt: agent && agent.nextAt > 0 ? agent.nextAt : null,
      next: await deps.sync.next(),
      sent: batches.map(({ id, at, rows, answeredAt }) => ({ id, at, rows, answeredAt })),
      opened: opened ? { id: opened.id, text: deps.sync.textOf(opened.body), answer: opened.answer } : null,
      codeError,
      saved: c.req.query('salvato') !== undefined,
    },
    readerOf(context),
  )
  return html(context, page, status)
}
