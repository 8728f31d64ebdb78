import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { evaluateBenchmark } from './evaluate/benchmark.ts'
import { evaluateCleaning } from './evaluate/cleaning.ts'
import type { Evaluate, Evaluation } from './evaluate/context.ts'
import { DataError } from './evaluate/data.ts'
import { evaluateForecast } from './evaluate/forecast.ts'
import { CITYLEARN_PLACE } from './evaluate/houses.ts'
import { evaluatePlane } from './evaluate/plane.ts'
import { evaluateRelay } from './evaluate/relay.ts'
import type { Row } from './evaluate/row.ts'
import { printRows } from './evaluate/row.ts'
import { evaluateSensors } from './evaluate/sensors.ts'
import { evaluateSky } from './evaluate/sky.ts'

// `npm run evaluate`: how good the hub's judgement is, on measured data, beside simpler methods. Walk-forward: each day is
// judged by what was known before it.

const GROUPS: Readonly<Record<string, Evaluate>> = {
  sky: evaluateSky,
  benchmark: evaluateBenchmark,
  relay: evaluateRelay,
  forecast: evaluateForecast,
  plane: evaluatePlane,
  sensors: evaluateSensors,
  cleaning: evaluateCleaning,
}

const HELP = `Usage: npm run evaluate -- [--data FOLDER] [--from DAY] [--to DAY] [--seed N] [--only GROUP,...] [--json]
  --data FOLDER    measured data (default: ../shared/data beside the project)
  --from, --to     score only these days, such as 2016-12-01; "to" is excluded. Earlier days are learned from
  --seed N         seed of faults and draws (default 1)
  --place LAT,LON  where the houses of citylearn_houses_hourly.csv stand (default ${CITYLEARN_PLACE.latitude},${CITYLEARN_PLACE.longitude})
  --only GROUP     one or more of ${Object.keys(GROUPS).join(', ')}
  --json           the rows as JSON
Example: npm run evaluate -- --only sky --from 2016-12-01 --json`

const evaluation = options()
try {
  const rows: Row[] = []
  const skipped: string[] = []
  for (const [name, evaluate] of Object.entries(GROUPS)) {
    if (evaluation.only.length > 0 && !evaluation.only.includes(name)) continue
    evaluation.say(`Evaluating ${name} ...`)
    try {
      rows.push(...(await evaluate(evaluation)))
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      skipped.push(`${name}: ${error.message}`)
    }
  }
  const { data, from, to, seed } = evaluation
  const bounds = { from: from && new Date(from).toISOString(), to: to && new Date(to).toISOString() }
  if (evaluation.json) process.stdout.write(`${JSON.stringify({ data, ...bounds, seed, rows, skipped }, null, 2)}\n`)
  else {
    printRows(rows, process.stdout)
    process.stdout.write(`\nData: ${data}, days ${bounds.from ?? 'all'} to ${bounds.to ?? 'the last'}, seed ${seed}.\n`)
  }
  for (const sentence of skipped) process.stderr.write(`Not evaluated: ${sentence}\n`)
  if (rows.length === 0) process.exitCode = 1
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exitCode = 1
}

function options(): Evaluation & { readonly only: readonly string[]; readonly json: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        data: { type: 'string', default: fileURLToPath(new URL('../../shared/data', import.meta.url)) },
        from: { type: 'string' },
        to: { type: 'string' },
        seed: { type: 'string', default: '1' },
        place: { type: 'string', default: `${CITYLEARN_PLACE.latitude},${CITYLEARN_PLACE.longitude}` },
        only: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      process.stdout.write(`${HELP}\n`)
      process.exit(0)
    }
    const only = values.only.flatMap((names) => names.split(','))
    const unknown = only.find((name) => !(name in GROUPS))
    if (unknown !== undefined)
      throw new Error(`--only does not know "${unknown}": it takes ${Object.keys(GROUPS).join(', ')}.`)
    const [latitude = Number.NaN, longitude = Number.NaN] = values.place.split(',').map(Number)
    if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180))
      throw new Error(`--place is a latitude and a longitude in degrees, such as 45.07,7.69, not "${values.place}".`)
    const seed = Number(values.seed)
    if (!Number.isSafeInteger(seed)) throw new Error(`--seed is a whole number, not "${values.seed}".`)
    return {
      data: values.data,
      from: day('from', values.from),
      to: day('to', values.to),
      seed,
      place: { latitude, longitude },
      say: values.json ? () => {} : (text) => void process.stderr.write(`${text}\n`),
      only,
      json: values.json,
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${HELP}\n`)
    process.exit(2)
  }
}

function day(name: string, text: string | undefined): number | null {
  if (text === undefined) return null
  try {
    return Temporal.PlainDate.from(text).toZonedDateTime('UTC').epochMilliseconds
  } catch {
    throw new Error(`--${name} is a day such as 2016-12-01, not "${text}".`)
  }
}
