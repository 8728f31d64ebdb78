// Names and offsets of the W5500's registers (WIZnet W5500 data sheet 1.1.0, chapters 3 and 4).

export const COMMON = {
  MR: 0x00,
  GAR: 0x01,
  SUBR: 0x05,
  SHAR: 0x09,
  SIPR: 0x0f,
  RTR: 0x19,
  RCR: 0x1b,
  PHYCFGR: 0x2e,
  VERSIONR: 0x39,
} as const

export const SOCKET = {
  MR: 0x00,
  CR: 0x01,
  IR: 0x02,
  SR: 0x03,
  PORT: 0x04,
  DIPR: 0x0c,
  DPORT: 0x10,
  RXBUF_SIZE: 0x1e,
  TXBUF_SIZE: 0x1f,
  TX_FSR: 0x20,
  TX_RD: 0x22,
  TX_WR: 0x24,
  RX_RSR: 0x26,
  RX_RD: 0x28,
  RX_WR: 0x2a,
} as const

export const COMMAND = {
  OPEN: 0x01,
  LISTEN: 0x02,
  CONNECT: 0x04,
  DISCON: 0x08,
  CLOSE: 0x10,
  SEND: 0x20,
  SEND_MAC: 0x21,
  SEND_KEEP: 0x22,
  RECV: 0x40,
} as const

export const STATUS = {
  CLOSED: 0x00,
  INIT: 0x13,
  SYNSENT: 0x15,
  ESTABLISHED: 0x17,
  FIN_WAIT: 0x18,
  CLOSE_WAIT: 0x1c,
  LAST_ACK: 0x1d,
  UDP: 0x22,
} as const

export const INTERRUPT = { CON: 0x01, DISCON: 0x02, RECV: 0x04, TIMEOUT: 0x08, SENDOK: 0x10 } as const

/** What may be written, as first and last register of each stretch. */
export const COMMON_WRITABLE: readonly (readonly [number, number])[] = [
  [0x00, 0x16],
  [0x18, 0x27],
  [0x2e, 0x2e],
]
export const SOCKET_WRITABLE: readonly (readonly [number, number])[] = [
  [0x00, 0x02],
  [0x04, 0x13],
  [0x15, 0x16],
  [0x1e, 0x1f],
  [0x24, 0x25],
  [0x28, 0x29],
  [0x2c, 0x2f],
]

/** The driver did what the data sheet does not allow. */
export class W5500Violation extends Error {
  constructor(what: string) {
    super(`W5500: ${what}`)
    this.name = 'W5500Violation'
  }
}

/** How long an address is asked for in vain, s: RTR (in 100 us) once, and RCR times more. */
export function arpTimeout(common: Uint8Array): number {
  return retryTime(common) * (retries(common) + 1)
}

/** How long a segment is sent in vain, s: each wait is twice the one before, up to 6.5535 s. */
export function tcpTimeout(common: Uint8Array): number {
  const waits = Array.from({ length: retries(common) + 1 }, (_, i) => Math.min(6.5535, retryTime(common) * 2 ** i))
  return waits.reduce((sum, wait) => sum + wait, 0)
}

function retryTime(common: Uint8Array): number {
  return (((common[COMMON.RTR] ?? 0) << 8) | (common[COMMON.RTR + 1] ?? 0)) / 10_000
}

function retries(common: Uint8Array): number {
  return common[COMMON.RCR] ?? 0
}

export function isZero(bytes: Uint8Array, at: number, length: number): boolean {
  return bytes.subarray(at, at + length).every((byte) => byte === 0)
}

export function ipv4(bytes: Uint8Array, at: number): string {
  return [...bytes.subarray(at, at + 4)].join('.')
}
