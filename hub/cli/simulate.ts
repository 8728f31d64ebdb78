import { writeFile } from 'node:fs/promises'
import { idProblem } from '../domain/house.ts'
import type { Load } from '../domain/load.ts'
import { LOAD_KINDS } from '../domain/load.ts'
import { loadProblems } from '../domain/load-check.ts'
import { presetLoad } from '../domain/load-presets.ts'
import { pastOf, simulate as simulateDays } from '../domain/simulation.ts'
import { dayBounds } from '../domain/time.ts'
import type { Call, Command } from './command.ts'
import { Failure, wrongUsage } from './command.ts'
import { REPLAY_OPTIONS } from './replay-options.ts'
import type { Recorded } from './simulate-recorded.ts'
import { fromFile, fromHub } from './simulate-recorded.ts'
import { simulationSvg } from './simulate-svg.ts'
import { sentenceOf } from './simulate-text.ts'
import { table } from './table.ts'

export const commands: readonly Command[] = [
  {
    name: 'simulate',
    summary:
      'run recorded days through the controller: what would have been switched, and why (of the hub’s own days, what the loads drew while their relays were on is taken out first)',
    args: ['HOUSE'],
    required: ['day'],
    options: {
      day: { value: 'DAY', help: 'such as 2026-06-21; the days before it are learned from' },
      days: { value: 'N', help: 'so many days from there (default 1)' },
      file: { value: 'FILE.csv', help: 'readings of a CSV file, with --map, instead of those of the hub' },
      ...REPLAY_OPTIONS,
      load: {
        value: 'ID=KIND[:W]',
        help: `a load to try, ${LOAD_KINDS.join(', ')}; those of the house if left out`,
        multiple: true,
      },
      limit: { value: 'W', help: 'what the connection carries; that of the house if left out' },
      zone: { value: 'ZONE', help: 'time zone of the days, with --file (default Europe/Rome)' },
      svg: { value: 'FILE.svg', help: 'draw the days into this file' },
    },
    example: 'solar-family simulate casa_A --day 2026-06-21 --load boiler=waterHeater:1500 --svg day.svg',
    run: simulate,
  },
]

async function simulate(call: Call): Promise<number> {
  const house = call.arg('HOUSE')
  const wrongId = idProblem(house)
  if (wrongId) throw wrongUsage(`${wrongId}.`)
  const first = dayOf(call.text('day') ?? '')
  const days = call.number('days', 1, 31) ?? 1
  const recorded =
    call.text('file') === undefined ? await fromHub(call, house, first, days) : await fromFile(call, house, first, days)
  const loads =
    call.texts('load').length > 0 ? call.texts('load').map((text) => loadOf(house, text, recorded)) : recorded.loads
  if (loads.length === 0)
    throw new Failure(
      `${house} has no load to simulate: name one with --load ID=KIND, such as --load boiler=waterHeater.`,
    )
  const { zone } = recorded
  const from = dayBounds(first, zone).from
  const to = dayBounds(first.add({ days: days - 1 }), zone).to
  const samples = recorded.samples.filter((s) => s.at >= from && s.at < to)
  if (samples.length === 0) throw new Failure(`There are no readings of ${house} on ${first.toString()}.`)
  const limitW = call.number('limit', 500, 100_000, ' W') ?? recorded.limitW
  const past = pastOf(
    recorded.samples.filter((s) => s.at < from),
    zone,
  )
  const day = simulateDays({ house, zone, limitW, loads, samples, to, past })
  const svg = call.text('svg')
  if (svg !== undefined)
    await writeFile(svg, simulationSvg(day, { title: `${house}, ${first.toString()}`, zone, loads, from, to }))
  const switches = day.changes.filter((c) => c.switched)
  const clock = (at: number) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
  const stepH = (day.moments[1]?.at ?? from) - from
  const sums = loads.map((load, i) => {
    const usedWh = day.moments.reduce((sum, m) => sum + ((m.drawW[i] ?? 0) * stepH) / 3_600_000, 0)
    const ownWh = day.moments.reduce((sum, m) => {
      const others = m.consumptionW - (m.drawW[i] ?? 0)
      return sum + (Math.min(m.drawW[i] ?? 0, Math.max(0, m.productionW - others)) * stepH) / 3_600_000
    }, 0)
    return {
      load: load.id,
      used_wh: Math.round(usedWh),
      own_wh: Math.round(ownWh),
      switchings: switches.filter((c) => c.load === load.id).length,
    }
  })
  call.report(
    {
      house,
      day: first.toString(),
      zone,
      switches: switches.map((c) => ({
        ts: new Date(c.at).toISOString(),
        load: c.load,
        on: c.relayOn,
        rule: c.decision.rule,
        why: sentenceOf(c),
        inputs: c.decision.inputs,
      })),
      loads: sums,
    },
    [
      table(
        ['TIME', 'LOAD', '', 'WHY'],
        switches.map((c) => [
          `${days > 1 ? `${clock(c.at).toPlainDate().toString()} ` : ''}${clock(c.at).toPlainTime().toString({ smallestUnit: 'minute' })}`,
          c.load,
          c.relayOn ? 'on' : 'off',
          sentenceOf(c),
        ]),
        call.terminal.out,
      ),
      '',
      table(
        ['LOAD', 'USED kWh', 'OF IT OWN SUN kWh', 'SWITCHINGS'],
        sums.map((s) => [
          s.load,
          Number((s.used_wh / 1000).toFixed(2)),
          Number((s.own_wh / 1000).toFixed(2)),
          s.switchings,
        ]),
        call.terminal.out,
      ),
    ].join('\n'),
  )
  return 0
}

function dayOf(text: string): Temporal.PlainDate {
  try {
    return Temporal.PlainDate.from(text)
  } catch {
    throw wrongUsage(`--day "${text}" is not right: expected a day such as 2026-06-21.`)
  }
}

function loadOf(house: string, text: string, recorded: Recorded): Load {
  const [id = '', rest = ''] = text.split('=')
  const [kindText = '', watts] = rest.split(':')
  const kind = LOAD_KINDS.find((k) => k === kindText)
  if (!kind)
    throw wrongUsage(`--load "${text}" is not right: expected ID=KIND[:W] with a kind of ${LOAD_KINDS.join(', ')}.`)
  const load = presetLoad({ house, id, kind, ...(watts === undefined ? {} : { ratedW: Number(watts) }) })
  const problem = loadProblems(load, { peakPower: recorded.peakPower, connectionLimit: recorded.limitW }, [])[0]
  if (problem)
    throw wrongUsage(
      `--load "${text}": ${problem.campo} is ${JSON.stringify(problem.valore)}, expected ${problem.atteso}.`,
    )
  return load
}
