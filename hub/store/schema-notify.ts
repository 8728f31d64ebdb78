import type { Generated } from 'kysely'

/** Messages about alerts, in control.db. */
export interface NotifySchema {
  /** Where a person is reached, and when; minutes of the civil day. */
  notice_wish: {
    user: string
    email: string | null
    ntfy: string | null
    language: string
    quiet_from: number | null
    quiet_to: number | null
    recovery: number
    since: number
  }
  /** A NoticeBook, JSON. */
  notice_book: { who: string; book: string }
  /** `message` is what the channel sends, JSON; `lost` = 1 where it was given up. */
  notice_outbox: {
    id: Generated<number>
    at: number
    channel: string
    target: string | null
    message: string
    attempts: number
    next_at: number
    done_at: number | null
    problem: string | null
    lost: number
  }
}
