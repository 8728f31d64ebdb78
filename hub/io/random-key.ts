import { randomBytes, randomInt } from 'node:crypto'

const NODE_KEY_BYTES = 24
const TOKEN_BYTES = 32

/** The key of a node: 192 random bits, 32 characters. */
export function makeNodeKey(): string {
  return randomText(NODE_KEY_BYTES)
}

/** An API token: 256 random bits. */
export function makeToken(): string {
  return randomText(TOKEN_BYTES)
}

/** Never begins with "-" or "_": it is typed after options of other programs. */
function randomText(bytes: number): string {
  for (;;) {
    const text = randomBytes(bytes).toString('base64url')
    if (/^[A-Za-z0-9]/.test(text)) return text
  }
}

/** Letters and digits that are not taken for one another. */
const READABLE = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A password that can be read out: 4 groups of 5, over 98 bits. */
export function makePassword(): string {
  const group = () => Array.from({ length: 5 }, () => READABLE[randomInt(READABLE.length)]).join('')
  return [group(), group(), group(), group()].join('-')
}

/** A one-time code to be copied from a console: 2 groups of 4 capitals and digits, over 39 bits, short-lived and throttled. */
export function makeCode(): string {
  const group = () => Array.from({ length: 4 }, () => READABLE[randomInt(READABLE.length)]).join('')
  return `${group()}-${group()}`.toUpperCase()
}

/** Six digits that sign a phone in, once and within minutes, behind a throttle. */
export function makeDigits(): string {
  return String(randomInt(1_000_000)).padStart(6, '0')
}

/** Begins the ids of one run of the hub, so that those of two runs are never the same: 6 letters and digits, over 29 bits. */
export function makeRunId(): string {
  return Array.from({ length: 6 }, () => READABLE[randomInt(READABLE.length)]).join('')
}
