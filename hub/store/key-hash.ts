import { createHash } from 'node:crypto'

/** How node keys and tokens are kept: SHA-256, hex. They are random, so a fast hash keeps them as well as a slow one. */
export function hashKey(key: string | Buffer): string {
  return createHash('sha256').update(key).digest('hex')
}
