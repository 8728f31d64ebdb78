import { parseArgs } from 'node:util'
import { table } from '../hub/cli/table.ts'
import { stopAll } from '../test/support/hub-process.ts'
import type { Row } from './torture/row.ts'
import { Missing } from './torture/row.ts'
import { TRIALS } from './torture/trials.ts'

// `npm run torture`: what a hub must live through, tried on real processes and files. Exits with 1 when anything is lost.

const HELP = `Usage: npm run torture -- [--short] [--kills N] [--cuts N] [--json] [--only NAME]...
  --short      a minute and a half, as in CI; otherwise some six minutes
  --kills N    kill -9 so many times (100; short: 20)
  --cuts N     cut the power so many times, in each of two ways (15; short: 4)
  --json       the rows as JSON
  --only NAME  one of ${Object.keys(TRIALS).join(', ')}`

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    kills: { type: 'string' },
    cuts: { type: 'string' },
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', default: false },
  },
})

const { short, only } = options
const count = (text: string | undefined, otherwise: number) => (text === undefined ? otherwise : Number(text))
const settings = { short, kills: count(options.kills, short ? 20 : 100), cuts: count(options.cuts, short ? 4 : 15) }
const isWrong = [settings.kills, settings.cuts].some((n) => !(Number.isInteger(n) && n > 0 && n <= 10_000))
const unknown = only.filter((name) => !(name in TRIALS))
if (options.help || unknown.length > 0 || isWrong) {
  process.stderr.write(`${HELP}\n`)
  process.exit(options.help ? 0 : 2)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopAll().finally(() => process.exit(130)))

const result: Row[] = []
let missing = 0
try {
  for (const [name, trial] of Object.entries(TRIALS)) {
    if (only.length > 0 && !only.includes(name)) continue
    process.stderr.write(`Trying ${name} ...\n`)
    try {
      result.push(...(await trial(settings)))
    } catch (error) {
      if (!(error instanceof Missing)) throw error
      missing += 1
      const install = error.debianPackage ? `: sudo apt-get install ${error.debianPackage}` : ''
      process.stderr.write(`Skipped: ${error.message}${install}\n`)
    } finally {
      await stopAll()
    }
  }
} finally {
  await stopAll()
}
if (options.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
else {
  const lines = result.map((r) => [r.trial, r.what, r.measured, r.wanted, r.ok ? '' : 'NO'])
  process.stdout.write(`${table(['TRIAL', 'WHAT', 'MEASURED', 'WANTED', ''], lines, process.stdout)}\n`)
}
const failed = result.filter((row) => !row.ok).length
process.stderr.write(
  `${result.length - failed} of ${result.length} as wanted${missing ? `, ${missing} not tried` : ''}\n`,
)
process.exitCode = failed > 0 || (missing > 0 && process.env['CI'] === 'true') ? 1 : 0
