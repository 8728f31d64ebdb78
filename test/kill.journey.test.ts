import { afterEach, expect, it } from 'vitest'
import { stopAll } from './support/hub-process.ts'
import { killLoop } from './support/kill-loop.ts'

afterEach(stopAll)

const KILLS = process.env['CI'] === 'true' ? 20 : 3

it(`loses no acknowledged message over ${KILLS} kills, and stores none twice`, { timeout: 300_000 }, async () => {
  const load = () => new Promise<void>((resolve) => setTimeout(resolve, 600))
  const tally = await killLoop({ kills: KILLS, messagesPerSecond: 500, load })
  process.stderr.write(`${JSON.stringify(tally)}\n`)
  expect(tally.acknowledged).toBeGreaterThan(KILLS * 20)
  expect(tally).toMatchObject({ lost: 0, doubled: 0 })
})
