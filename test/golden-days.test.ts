import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sentenceOf } from '../hub/cli/simulate-text.ts'
import type { Load, LoadKind } from '../hub/domain/load.ts'
import { presetLoad } from '../hub/domain/load-presets.ts'
import type { PastDay } from '../hub/domain/outlook.ts'
import type { Happening, HouseSample } from '../hub/domain/simulation.ts'
import { simulate } from '../hub/domain/simulation.ts'

// Days whose switchings are kept beside them and reviewed like code: `GOLDEN=write npm test golden` writes them anew.

const FOLDER = new URL('./days/', import.meta.url)
const ZONE = 'Europe/Rome'
const STEP = 30_000
const MINUTE = 60_000

type Points = readonly (readonly [string, number])[]
interface DayFile {
  readonly say: string
  readonly day: string
  readonly limitW: number
  readonly loads: readonly (Partial<Load> & { readonly id: string; readonly kind: LoadKind })[]
  readonly sun: Points
  readonly base: Points
  readonly pastSun?: Points
  readonly hotWater?: boolean
  readonly dips?: readonly { from: string; to: string; everyMin: number; seconds: number; share: number }[]
  readonly happenings?: readonly {
    at: string
    until?: string
    kind: string
    load?: string
    on?: boolean
    durationS?: number
  }[]
}

const minuteOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))

/** Straight between the points, or the last one before. */
function at(points: Points, minute: number, straight: boolean): number {
  const after = points.findIndex(([time]) => minuteOf(time) > minute)
  const [from, to] = [points[after - 1] ?? (after === -1 ? points.at(-1) : undefined), points[after]]
  if (!from) return straight ? (to?.[1] ?? 0) : 0
  if (!to || !straight) return from[1]
  const share = (minute - minuteOf(from[0])) / (minuteOf(to[0]) - minuteOf(from[0]))
  return from[1] + share * (to[1] - from[1])
}

function run(file: DayFile): string {
  const midnight = Temporal.PlainDate.from(file.day).toZonedDateTime(ZONE).epochMilliseconds
  const instant = (time: string) => midnight + minuteOf(time) * MINUTE
  const samples: HouseSample[] = []
  for (let time = midnight; time < midnight + 1440 * MINUTE; time += STEP) {
    const minute = (time - midnight) / MINUTE
    const dip = file.dips?.find(
      (d) =>
        minute >= minuteOf(d.from) &&
        minute < minuteOf(d.to) &&
        ((minute - minuteOf(d.from)) % d.everyMin) * 60 < d.seconds,
    )
    const sun = at(file.sun, minute, true) * (dip?.share ?? 1)
    samples.push({ at: time, productionW: Math.round(sun), baseW: at(file.base, minute, false) })
  }
  const past: PastDay[] = Array.from({ length: file.pastSun ? 10 : 0 }, (_, i) => ({
    day: Temporal.PlainDate.from(file.day)
      .subtract({ days: 10 - i })
      .toString(),
    producedW: Array.from({ length: 24 }, (_, h) => at(file.pastSun ?? [], h * 60 + 30, true)),
    baseW: Array.from({ length: 24 }, (_, h) => at(file.base, h * 60, false)),
  }))
  const happenings = (file.happenings ?? []).map((h) => ({
    ...h,
    at: instant(h.at),
    ...(h.until === undefined ? {} : { untilAt: instant(h.until) }),
  })) as readonly Happening[]
  const loads = file.loads.map((load) => presetLoad({ house: 'a', ...load }))
  const { limitW } = file
  const { changes, moments } = simulate({
    ...{ house: 'a', zone: ZONE, limitW, loads, samples, past, happenings },
    to: midnight + 1440 * MINUTE,
    hotWater: file.hotWater ?? true,
  })
  const clock = (time: number) =>
    Temporal.Instant.fromEpochMilliseconds(time)
      .toZonedDateTimeISO(ZONE)
      .toPlainTime()
      .toString({ smallestUnit: 'minute' })
  const lines = changes
    .filter((c) => c.switched)
    .map((c) => `${clock(c.at)} ${c.load} ${c.relayOn ? 'on' : 'off'}: ${sentenceOf(c)} [${c.decision.rule}]`)
  const sums = loads.map((load, i) => {
    const onS = moments.filter((m) => m.on[i]).length * (STEP / 1000)
    const usedWh = moments.reduce((sum, m) => sum + ((m.drawW[i] ?? 0) * STEP) / 3_600_000, 0)
    return `${load.id}: on ${Math.round(onS / 60)} min, used ${(usedWh / 1000).toFixed(1)} kWh`
  })
  return `${file.say}\n\n${[...lines, '', ...sums].join('\n')}\n`
}

const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))

test.each(names)('%s goes as it is written', (name) => {
  const text = run(JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')))
  const kept = new URL(name.replace('.json', '.txt'), FOLDER)
  if (process.env['GOLDEN'] === 'write') writeFileSync(kept, text)
  expect(text).toBe(readFileSync(kept, 'utf8'))
})
