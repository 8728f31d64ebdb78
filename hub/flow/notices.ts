import type { Notice } from '../domain/notice.ts'
import { EMPTY_BOOK, GIVEN_UP_AFTER, LONGEST_WAIT, noticeDue, retryIn } from '../domain/notice.ts'
import type { Channel, Delivery, NoticeLanguage, NoticeMessage } from '../domain/notice-message.ts'
import type { NotifySettings, Settings } from '../domain/settings.ts'
import { DAY } from '../domain/time.ts'
import type { Outgoing, Recipient } from '../store/notices.ts'
import {
  dueMessages,
  listRecipients,
  readBooks,
  recentAlerts,
  retireMessages,
  saveNotice,
  settleMessage,
} from '../store/notices.ts'
import type { ControlDb } from '../store/store.ts'
import { SingleRun } from './single-run.ts'

export type Deliver = (
  settings: NotifySettings,
  to: { readonly channel: Channel; readonly target: string | null },
  message: NoticeMessage,
  /** The same for every attempt at one message. */
  id: string,
) => Promise<Delivery>

export interface NoticesOptions {
  readonly now: () => number
  readonly db: ControlDb
  readonly settings: () => Settings
  readonly words: (notice: Notice, language: NoticeLanguage) => { readonly subject: string; readonly text: string }
  readonly deliver: Deliver
  readonly onProblem: (channel: Channel, problem: string) => void
}

/** The community's own ways out tell of everything, at any time, in its language. */
const COMMUNITY = { who: '', houses: null, quiet: null, recovery: true, since: 0, language: 'it' } as const

const ALERTS_BACK = 7 * DAY
const MESSAGES_KEPT = 7 * DAY
/** Messages in one look; what is more waits a minute. */
const AT_ONCE = 20

/**
 * Tells people of alerts: looks at what is open and what was told, writes what is to be said into an outbox, and hands that over until it
 * is taken. Beside the tick, which never waits for it. A call of `run` while another runs waits for that one.
 */
export class Notices {
  readonly #options: NoticesOptions
  readonly #work = new SingleRun(() => this.#run())

  constructor(options: NoticesOptions) {
    this.#options = options
  }

  run(): Promise<void> {
    return this.#work.run()
  }

  /** Settles when nothing is under way. */
  async idle(): Promise<void> {
    await this.#work.idle().catch(() => {})
  }

  async #run(): Promise<void> {
    const { db, now } = this.#options
    await this.#write()
    const due = await dueMessages(db, { now: now(), longestWait: LONGEST_WAIT, limit: AT_ONCE })
    // All at once: a server that does not answer holds up no other.
    await Promise.all(due.map((message) => this.#send(message)))
    await retireMessages(db, now() - MESSAGES_KEPT)
  }

  async #write(): Promise<void> {
    const { db, now, settings } = this.#options
    const { notify, zone } = settings()
    const at = now()
    const told = [
      ...(notify.webhook || notify.mqtt ? [{ ...COMMUNITY, email: null, ntfy: null }] : []),
      ...(await listRecipients(db)).filter((r) => ways(notify, r).length > 0),
    ]
    if (told.length === 0) return
    const [alerts, books] = await Promise.all([recentAlerts(db, at - ALERTS_BACK), readBooks(db)])
    for (const recipient of told) {
      const known = books.get(recipient.who)
      // Whoever has no book yet is told of what begins from now on.
      const book = known ?? { ...EMPTY_BOOK, told: openNow(recipient.who, alerts, at) }
      const next = noticeDue(alerts, { book, wish: recipient, now: at, zone })
      if (!next.notice && known && JSON.stringify(next.book) === JSON.stringify(known)) continue
      const outgoing = next.notice ? this.#outgoing(notify, recipient, next.notice, at) : []
      await saveNotice(db, { who: recipient.who, book: next.book, outgoing, at })
    }
  }

  #outgoing(notify: NotifySettings, recipient: Recipient, notice: Notice, at: number): Outgoing[] {
    const message = { ...this.#options.words(notice, recipient.language), notice, at }
    return ways(notify, recipient).map((way) => ({ ...way, message }))
  }

  async #send({ id, at, attempts, channel, target, message }: Awaited<ReturnType<typeof dueMessages>>[number]) {
    const { db, now, settings, deliver, onProblem } = this.#options
    const delivery = await deliver(settings().notify, { channel, target }, message, `${at}-${id}`)
    const tries = attempts + 1
    const ended = now()
    if (delivery.ok) return settleMessage(db, id, { attempts: tries, nextAt: ended, doneAt: ended, problem: null })
    onProblem(channel, delivery.problem)
    await settleMessage(db, id, {
      attempts: tries,
      nextAt: ended + retryIn(tries, delivery.permanent),
      doneAt: ended - at >= GIVEN_UP_AFTER ? ended : null,
      problem: delivery.problem,
    })
  }
}

/** How a recipient can be reached, as the community is set up. */
function ways(notify: NotifySettings, { who, email, ntfy }: Recipient): { channel: Channel; target: string | null }[] {
  if (who === '') {
    return [
      ...(notify.webhook ? [{ channel: 'webhook' as const, target: null }] : []),
      ...(notify.mqtt ? [{ channel: 'mqtt' as const, target: null }] : []),
    ]
  }
  return [
    ...(notify.mail && email ? [{ channel: 'email' as const, target: email }] : []),
    ...(notify.ntfy && ntfy ? [{ channel: 'ntfy' as const, target: ntfy }] : []),
  ]
}

/** A program that is joined in late is not told of all that was open before. */
function openNow(who: string, alerts: readonly { readonly id: number }[], at: number) {
  return who === '' ? Object.fromEntries(alerts.map(({ id }) => [id, { at, over: true }])) : {}
}
