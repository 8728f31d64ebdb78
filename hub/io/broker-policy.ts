export interface Login {
  readonly clientId: string
  readonly username: string | undefined
  readonly password: Buffer | undefined
  readonly willTopic: string | null
  readonly address: string
}

/** `retain` = may be kept; `false` = close the connection without an acknowledgement. */
export type PublishVerdict = { readonly retain: boolean } | false

/** What the broker asks whoever decides. A principal is the name a client was let in under. */
export interface BrokerPolicy {
  readonly login: (login: Login) => { readonly principal: string } | { readonly refused: 'credentials' | 'identifier' }
  /** Whether the session of whoever signs in like this may outlive the connection. */
  readonly keepsSession: (username: string | undefined) => boolean
  /** Answered when the message may be acknowledged. */
  readonly publish: (principal: string, packet: { topic: string; payload: Buffer }) => Promise<PublishVerdict>
  readonly subscribe: (principal: string, filter: string) => boolean
  readonly subscribed: (principal: string, filters: readonly string[]) => void
  /** A connection was closed, or something not done for it, because it broke a limit or the protocol. */
  readonly broken: (address: string, principal: string | null, why: string) => void
  /** A principal sends more than it may, and is made to wait. */
  readonly slowed: (principal: string, perSecond: number) => void
}
