import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { table } from '../hub/cli/table.ts'
import { DECODERS } from '../test/fuzz/decoders.ts'

// `npm run fuzz`: every decoder against whatever may come in. Exits with 1 when one throws or lets in what is not right.

const HELP = `Usage: npm run fuzz -- [--cases N] [--seed N] [--only NAME]...
  --cases N    for each decoder (100000)
  --seed N     the same cases again
  --only NAME  one of ${DECODERS.map((d) => d.name).join(', ')}`

const { values: options } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', default: false },
  },
})
const cases = Number(options.cases)
const seed = options.seed === undefined ? Date.now() & 0x7fff_ffff : Number(options.seed)
const chosen = DECODERS.filter(({ name }) => options.only.length === 0 || options.only.includes(name))
if (options.help || chosen.length === 0 || !(Number.isInteger(cases) && cases > 0) || !Number.isInteger(seed)) {
  process.stderr.write(`${HELP}\n`)
  process.exit(options.help ? 0 : 2)
}

const lines: string[][] = []
for (const { name, property } of chosen) {
  const begun = performance.now()
  const { numRuns, failed, ...more } = await fc.check(property, { numRuns: cases, seed })
  const seconds = (performance.now() - begun) / 1000
  lines.push([name, String(numRuns), seconds.toFixed(1), failed ? 'NO' : 'yes'])
  if (failed)
    process.stderr.write(
      `${fc.defaultReportMessage({ numRuns, failed, ...more } as Parameters<typeof fc.defaultReportMessage>[0])}\n`,
    )
  process.exitCode = failed ? 1 : process.exitCode
}
process.stdout.write(`${table(['DECODER', 'CASES', 'SECONDS', 'HOLDS'], lines, process.stdout)}\nseed ${seed}\n`)
