import fc from 'fast-check'
import { describe, it } from 'vitest'
import { DECODERS } from './fuzz/decoders.ts'

// Many more on request: npm run fuzz -- --cases 100000

const CASES = process.env['CI'] === 'true' ? 3_000 : 500

describe('whatever comes in is taken or refused with a sentence', () => {
  it.each(DECODERS)('$name', async ({ property }) => {
    await fc.assert(property, { numRuns: CASES })
  })
})
