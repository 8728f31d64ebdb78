import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

// `npm run check`: everything a change must pass, the same here and in CI. Stops at the first step that fails.

const root = fileURLToPath(new URL('../', import.meta.url))
const plain = !process.stdout.isTTY || process.env['NO_COLOR'] !== undefined

const STEPS = [
  ['Format and lint', '@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', ...(plain ? ['--colors=off'] : [])],
  ['Types', 'typescript/bin/tsc', '--noEmit'],
  ['Tests', 'vitest/vitest.mjs', 'run'],
] as const

for (const [heading, tool, ...args] of STEPS) {
  console.log(`\n== ${heading}`)
  const started = performance.now()
  const run = spawnSync(process.execPath, [`node_modules/${tool}`, ...args], { cwd: root, stdio: 'inherit' })
  if (run.error) throw run.error
  // The tests end with a summary of their own, which stays the last thing to read.
  if (heading !== 'Tests') {
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    console.log(`== ${heading}: ${run.status === 0 ? 'passed' : 'failed'} in ${seconds} s`)
  }
  if (run.status !== 0) process.exit(run.status ?? 1)
}
