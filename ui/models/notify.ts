import type { Channel, Delivery } from '../../hub/domain/notice-message.ts'
import type { MailSecurity } from '../../hub/domain/settings.ts'
import type { SentMessage } from '../../hub/store/notices.ts'

export const NOTIFY_FIELDS = [
  'posta_host',
  'posta_porta',
  'posta_utente',
  'posta_mittente',
  'ntfy_url',
  'webhook_url',
] as const
export type NotifyField = (typeof NOTIFY_FIELDS)[number]
export const NOTIFY_ERRORS = ['host', 'porta', 'mittente', 'url', 'cifratura', 'segreto'] as const
export type NotifyError = (typeof NOTIFY_ERRORS)[number]

/** A test message, and what really came of it. */
export interface TestDelivery {
  readonly channel: Channel
  readonly delivery: Delivery
}

/** How messages leave the hub. What is secret is never part of it, only whether it is there. */
export interface NotifyPage {
  readonly values: { readonly [F in NotifyField]: string }
  readonly security: MailSecurity
  readonly mqtt: boolean
  readonly homeAssistant: boolean
  readonly secrets: { readonly posta: boolean; readonly ntfy: boolean; readonly webhook: boolean }
  readonly errors: { readonly [F in NotifyField | 'webhook_segreto' | 'sicurezza']?: NotifyError }
  readonly saved: boolean
  readonly demo: boolean
  /** What came of the test that was just made. */
  readonly test: TestDelivery | null
  readonly messages: readonly SentMessage[]
}

export const WISH_FIELDS = ['email', 'ntfy', 'quiete_da', 'quiete_a'] as const
export type WishField = (typeof WISH_FIELDS)[number]

/** A person's own notifications, on the profile. */
export interface WishForm {
  readonly values: { readonly [F in WishField]: string }
  readonly recovery: boolean
  readonly errors: { readonly [F in WishField]?: 'email' | 'argomento' | 'ora' }
  /** Which ways out the community has. */
  readonly mail: boolean
  readonly ntfy: boolean
  readonly saved: boolean
  /** Whether there is an address to try. */
  readonly hasAddress: boolean
  /** What came of the test that was just made. */
  readonly tests: readonly TestDelivery[]
}
