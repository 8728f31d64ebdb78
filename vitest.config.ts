import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'
import { ClosingLine } from './test/closing-line.ts'

// On the real thing, which mostly waits: on half of the cores, or three at a time; the long ones, which also work, only where nobody waits for them.
const JOURNEYS = 'test/**/*.journey.test.ts'
const LONG = 'test/**/*.long.test.ts'
const IS_CI = process.env['CI'] === 'true'

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
  test: {
    globalSetup: ['test/support/temporary-folder.ts'],
    reporters: ['default', new ClosingLine()],
    exclude: [...configDefaults.exclude, '**/dist/**', '**/build/**'],
    projects: [
      {
        extends: true,
        test: {
          name: 'units',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [JOURNEYS, LONG],
          // Files are synced in earnest: on a busy disk that takes its time.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: '100%',
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'journeys',
          include: IS_CI ? [JOURNEYS, LONG] : [JOURNEYS],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: Math.max(IS_CI ? 2 : 3, Math.floor(availableParallelism() / 2)),
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
