/** What one client, one principal and all of them together may take of the broker. */
export interface BrokerLimits {
  /** Largest packet in bytes; before the client is let in, a smaller one. */
  readonly maxPacketBytes: number
  readonly maxConnectBytes: number
  readonly connectTimeoutMs: number
  readonly drainTimeoutMs: number
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
  readonly maxConnectionsPerPrincipal: number
  /** Messages a principal may send a second, and so many at once before that counts; 0 = no limit. */
  readonly ratePerSecond: number
  readonly rateBurst: number
  readonly maxTopicBytes: number
  readonly maxTopicLevels: number
  readonly maxSubscriptions: number
  /** Retained messages of a principal. */
  readonly maxRetained: number
  readonly maxRetainedBytes: number
  /** QoS 2 messages of a client that were received and not released; only their ids are kept. */
  readonly maxUnreleased: number
  /** Bytes that wait for a client that does not read. */
  readonly maxUnreadBytes: number
  /** Kept sessions, where any are kept, and what waits in one. */
  readonly maxSessions: number
  readonly maxQueued: number
  readonly maxQueuedBytes: number
}

export const DEFAULT_BROKER_LIMITS: BrokerLimits = {
  maxPacketBytes: 65_536,
  maxConnectBytes: 8_192,
  connectTimeoutMs: 5_000,
  drainTimeoutMs: 5_000,
  maxConnections: 1_000,
  maxConnectionsPerAddress: 100,
  maxConnectionsPerPrincipal: 20,
  ratePerSecond: 200,
  rateBurst: 1_000,
  maxTopicBytes: 1_024,
  maxTopicLevels: 32,
  maxSubscriptions: 100,
  maxRetained: 100,
  maxRetainedBytes: 262_144,
  maxUnreleased: 10_000,
  maxUnreadBytes: 1_048_576,
  maxSessions: 1_000,
  maxQueued: 1_000,
  maxQueuedBytes: 2_097_152,
}
