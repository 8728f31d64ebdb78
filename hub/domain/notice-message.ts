import type { Notice } from './notice.ts'

/** Ways out of the hub for messages. */
export const CHANNELS = ['email', 'ntfy', 'webhook', 'mqtt'] as const
export type Channel = (typeof CHANNELS)[number]

export const NOTICE_LANGUAGES = ['it', 'en'] as const
export type NoticeLanguage = (typeof NOTICE_LANGUAGES)[number]

/** A message as it leaves: words for people, the notice itself for programs. */
export interface NoticeMessage {
  readonly subject: string
  readonly text: string
  /** Null in a test. */
  readonly notice: Notice | null
  /** When it was made, epoch ms. */
  readonly at: number
}

/** What became of handing a message over. */
export type Delivery =
  | { readonly ok: true }
  | {
      readonly ok: false
      /** A sentence for the admin, without secrets. */
      readonly problem: string
      /** The other side said no: trying again alone will not heal it. */
      readonly permanent: boolean
    }
