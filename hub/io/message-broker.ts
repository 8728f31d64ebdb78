import type { ServerCertificate } from './broker-doors.ts'

/** The broker that nodes and hub meet at, be it the hub's own or somebody else's. */
export interface MessageBroker {
  /** Clients connected now; null where the broker is somebody else's. */
  readonly connectedClients: number | null
  /**
   * Hands a message over; rejects when that could not be done. The hub keeps none for later and sends none again by itself:
   * a command that waited would switch when nobody expects it.
   */
  readonly publish: (topic: string, payload: string, options: { qos: 0 | 1; retain: boolean }) => Promise<void>
  /** Closes the connections of everybody `keep` says no to, where they are the hub's to close. */
  readonly disconnect: (keep: (principal: string) => boolean) => void
  /** Uses this certificate from now on. */
  readonly renew: (certificate: ServerCertificate) => void
  readonly stop: () => Promise<void>
}
