import type { Argon2Parameters } from 'node:crypto'
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'

/** argon2id as OWASP's second choice of parameters: 19 MiB, 2 passes, 1 lane. About 0.1 s on a Raspberry Pi 4. */
const MEMORY_KIB = 19_456
const PASSES = 2
const LANES = 1
const SALT_BYTES = 16
const TAG_BYTES = 32

/** Each hash holds its memory while it runs: two at a time, so that many sign-ins at once cannot eat the machine. */
const AT_ONCE = 2
const MAX_WAITING = 50

export const MIN_PASSWORD_LENGTH = 10
export const MAX_PASSWORD_LENGTH = 1000

/** Why a password cannot be taken, or null when it can. */
export function passwordProblem(password: string): string | null {
  const length = [...password].length
  if (length < MIN_PASSWORD_LENGTH)
    return `a password has at least ${MIN_PASSWORD_LENGTH} characters; this one has ${length}`
  return length > MAX_PASSWORD_LENGTH ? `a password has at most ${MAX_PASSWORD_LENGTH} characters` : null
}

/** More sign-ins are waiting than can be answered in reasonable time. */
export class PasswordsBusyError extends Error {
  constructor() {
    super(`more than ${MAX_WAITING} passwords are waiting to be checked`)
    this.name = 'PasswordsBusyError'
  }
}

/** A password as it is kept: `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH` (PHC string). */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const tag = await derive(password, salt, {
    memory: MEMORY_KIB,
    passes: PASSES,
    parallelism: LANES,
    tagLength: TAG_BYTES,
  })
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${base64(salt)}$${base64(tag)}`
}

/**
 * Is this the password that was kept? With `null`, when there is no such person, it takes as long and says no.
 * Throws `PasswordsBusyError` under a flood, and when `kept` is not what `hashPassword` makes.
 */
export async function verifyPassword(password: string, kept: string | null): Promise<boolean> {
  const match = PHC.exec(kept ?? NOBODY)
  if (!match) throw new Error('a stored password is not an argon2id PHC string')
  const [, memory, passes, lanes, salt = '', hash = ''] = match
  const wanted = Buffer.from(hash, 'base64')
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(lanes), tagLength: wanted.length }
  // What somebody types when nobody has that name is cut short, as a longer one was never accepted.
  const tag = await derive(password.slice(0, 2 * MAX_PASSWORD_LENGTH), Buffer.from(salt, 'base64'), cost)
  return timingSafeEqual(tag, wanted) && kept !== null
}

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/
const NOBODY = `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${base64(Buffer.alloc(SALT_BYTES))}$${base64(Buffer.alloc(TAG_BYTES))}`

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

let running = 0
const waiting: (() => void)[] = []

async function derive(
  password: string,
  nonce: Buffer,
  cost: Omit<Argon2Parameters, 'message' | 'nonce'>,
): Promise<Buffer> {
  if (waiting.length >= MAX_WAITING) throw new PasswordsBusyError()
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  else running += 1
  try {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    // The same letters typed on another keyboard may be other code points: NFKC makes them one.
    const message = password.normalize('NFKC')
    argon2('argon2id', { message, nonce, ...cost }, (error, tag) => (error ? reject(error) : resolve(tag)))
    return await promise
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }
}
