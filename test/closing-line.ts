import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** Ends every run with one plain line, and makes a test nobody ran a failure where `CI=true` promises that all of them run. */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 }
    for (const module of modules) {
      const tests = [...module.children.allTests()]
      for (const test of tests) count[test.result().state] += 1
      if (!module.ok() && tests.every((test) => test.ok())) count.failed += 1
    }
    const unrun = count.skipped + count.pending
    const complete = process.env['CI'] !== 'true' || unrun === 0
    if (!complete) {
      process.exitCode = 1
      count.failed += unrun
    }
    const skipped = complete && unrun > 0 ? `, ${unrun} skipped` : ''
    process.stdout.write(`${count.passed} passed, ${count.failed} failed${skipped}\n`)
  }
}
