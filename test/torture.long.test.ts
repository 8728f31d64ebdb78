import { afterEach, describe, expect, it } from 'vitest'
import { Missing } from '../scripts/torture/row.ts'
import { TRIALS } from '../scripts/torture/trials.ts'
import { needs } from './needs.ts'
import { stopAll } from './support/hub-process.ts'

// The short form of `npm run torture`. Kills have a test of their own: kill.journey.test.ts.

afterEach(stopAll)

describe('a hub lives through', () => {
  it.each(Object.keys(TRIALS).filter((name) => name !== 'kill'))('%s', { timeout: 900_000 }, async (name) => {
    try {
      const rows = (await TRIALS[name]?.({ short: true, kills: 20, cuts: 4 })) ?? []
      for (const row of rows) process.stderr.write(`${row.trial}: ${row.what}: ${row.measured}\n`)
      expect(rows.length).toBeGreaterThan(0)
      expect(rows.filter((row) => !row.ok)).toEqual([])
    } catch (error) {
      if (!(error instanceof Missing)) throw error
      needs(false, 'the trials', error.debianPackage, error.message)
    }
  })
})
