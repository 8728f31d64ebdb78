import { CloudClock } from '../../hub/domain/cloud-clock.ts'
import { type HourSeries, type HouseDay, hourOf, type Roof } from '../../hub/domain/community-day.ts'
import { type DiagnosisState, diagnoseDay, LOOK_BACK, NEW_DIAGNOSIS } from '../../hub/domain/diagnosis.ts'
import { followSensors, NEW_SENSORS, type SensorMemory } from '../../hub/domain/plant-sensors.ts'
import { SENSOR_DAYS, type SensorFaultKind } from '../../hub/domain/sensor-check.ts'
import { CLOCK_DAYS, clearDaysOf, SolarClock } from '../../hub/domain/solar-clock.ts'
import type { Day } from './benchmark-rules.ts'
import type { Evaluation } from './context.ts'
import { seeded } from './faults.ts'
import { atLeast, atMost, type Row, rowOf } from './row.ts'
import { type EvaluatedStreet, readStreet } from './street.ts'

const GROUP = 'sensors'
const RUNS = 40
const WARM_UP = 60
const CHANNEL_DAYS = 25
/** Enough for ten clear days. */
const CLOCK_WATCH = 45

type Break = (day: HouseDay, clear: HourSeries) => HouseDay

/** How broken channels read. */
const BREAKS: Readonly<Record<Exclude<SensorFaultKind, 'clock'>, Break>> = {
  swapped: (d) => ({ produced: d.consumed, consumed: d.produced }),
  pvReversed: (d) => ({ ...d, produced: d.produced.map((wh) => -wh) }),
  loadReversed: (d) => ({ ...d, consumed: d.consumed.map((wh) => -wh) }),
  pvDead: (d) => ({ ...d, produced: new Float64Array(24) }),
  loadDead: (d) => ({ ...d, consumed: new Float64Array(24) }),
  pvStuck: (d) => ({ ...d, produced: new Float64Array(24).fill(812) }),
  loadStuck: (d) => ({ ...d, consumed: new Float64Array(24).fill(431) }),
  loadZeroSun: (d) => ({ ...d, consumed: d.consumed.map((wh, h) => Math.max(0, wh - hourOf(d.produced, h))) }),
  loadNet: (d) => ({ ...d, consumed: d.consumed.map((wh, h) => Math.abs(wh - hourOf(d.produced, h))) }),
  loadZeroNight: (d, clear) => ({ ...d, consumed: d.consumed.map((wh, h) => (hourOf(clear, h) > 0 ? wh : 0)) }),
  pvAtNight: (d) => ({ ...d, produced: d.produced.map((wh) => wh + 120) }),
}

const CLOCK_ERRORS = [30, -30, 45, -45, 60, -60, 120] as const

/** Whether broken channels and wrong clocks, put into measured homes, are found and named, and what is named where all is well. */
export function evaluateSensors(evaluation: Evaluation): Row[] {
  const street = readStreet(evaluation)
  const first = evaluation.from === null ? Math.min(WARM_UP, street.days.length - 1) : street.first
  const bench = new Bench(street, first)
  const clean = bench.cleanFaults()
  const iso = (index: number) => new Date((street.days[index]?.day ?? 0) * 86_400_000).toISOString().slice(0, 10)
  const split = `from ${iso(first)} to ${iso(street.days.length - 1)}, seed ${evaluation.seed}, ${RUNS} houses and days each`
  const named = [...new Set(clean.map((c) => `${c.house} ${c.kind}`))].join(', ')
  const rows = [
    rowOf(
      GROUP,
      'clock: houses named without an error',
      new Set(clean.flatMap((c) => (c.kind === 'clock' ? [c.house] : []))).size,
      'houses',
      {
        digits: 0,
        goal: atMost(0),
        note: `${split}; all that was named where nothing was put in: ${named || 'nothing'}`,
      },
    ),
    rowOf(
      GROUP,
      'channels: sound houses with something named',
      new Set(clean.flatMap((c) => (c.kind !== 'clock' && c.sound ? [c.house] : []))).size,
      'houses',
      { digits: 0, goal: atMost(0) },
    ),
  ]
  rows.push(
    rowOf(
      GROUP,
      'clock: houses that join with a right clock and are named',
      bench.clockError(0, true, evaluation.seed),
      '%',
      { goal: atMost(0, '%') },
    ),
  )
  for (const minutes of CLOCK_ERRORS) {
    for (const always of [false, true]) {
      const found = bench.clockError(minutes, always, evaluation.seed)
      rows.push(
        rowOf(
          GROUP,
          `clock ${minutes > 0 ? '+' : ''}${minutes} min ${always ? 'from the first day' : 'from a day on'}: found within 10 clear days`,
          found,
          '%',
          { goal: atLeast(95, '%') },
        ),
      )
    }
  }
  for (const [kind, change] of Object.entries(BREAKS) as [keyof typeof BREAKS, Break][]) {
    rows.push(
      rowOf(
        GROUP,
        `${kind}: named within ${CHANNEL_DAYS} days, and nothing else`,
        bench.broken(kind, change, evaluation.seed),
        '%',
        { goal: atLeast(90, '%') },
      ),
    )
  }
  return rows
}

class Bench {
  readonly #street: EvaluatedStreet
  readonly #first: number
  readonly #clock: SolarClock
  readonly #expected: Map<string, HourSeries | null>[] = []
  readonly #states: DiagnosisState[] = []
  readonly #memories: Map<string, SensorMemory>[] = []

  constructor(street: EvaluatedStreet, first: number) {
    this.#street = street
    this.#first = first
    this.#clock = new SolarClock(street.grid, street.site)
    let state = NEW_DIAGNOSIS
    const memory = new Map<string, SensorMemory>()
    for (let d = 0; d < street.days.length; d += 1) {
      this.#states.push(state)
      const result = diagnoseDay(state, {
        days: street.days.slice(Math.max(0, d + 1 - LOOK_BACK), d + 1),
        roofs: street.roofs,
        setAside: new Set(),
        threshold: 0.85,
        minHouses: 3,
      })
      state = result.state
      this.#expected.push(new Map([...result.verdicts].map(([id, v]) => [id, v.expected])))
      this.#memories.push(new Map(memory))
      for (const roof of street.roofs) memory.set(roof.id, this.#follow(memory.get(roof.id), roof, d, street.days))
    }
    this.#memories.push(memory)
  }

  #follow(memory: SensorMemory | undefined, roof: Roof, d: number, days: readonly Day[]): SensorMemory {
    const { roofs } = this.#street
    return followSensors(memory ?? NEW_SENSORS, {
      roof,
      days: days.slice(Math.max(0, d + 1 - SENSOR_DAYS), d + 1),
      clockDays: days.slice(Math.max(0, d + 1 - CLOCK_DAYS), d + 1),
      sunny: sunnyDays(days.slice(Math.max(0, d + 1 - SENSOR_DAYS), d + 1), roofs, roof.id),
      battery: false,
      clock: this.#clock,
      expected: this.#expected[d]?.get(roof.id) ?? null,
      clouds: this.#clouds(d, days),
    })
  }

  #clouds(d: number, days: readonly Day[]): CloudClock {
    const ids = this.#street.roofs.map((r) => r.id)
    return new CloudClock(days.slice(Math.max(0, d + 1 - CLOCK_DAYS), d + 1), ids, new Set(ids))
  }

  cleanFaults() {
    const { days, roofs, soundRoof, soundLoad } = this.#street
    return days.flatMap(({ day }, d) =>
      d < this.#first
        ? []
        : roofs.flatMap(({ id }) =>
            soundRoof(id, day)
              ? (this.#memories[d + 1]?.get(id)?.faults ?? [])
                  .filter((f) => f.confirmed && soundRoof(id, f.since))
                  .map((f) => ({ house: id, kind: f.kind, sound: soundLoad(id) }))
              : [],
          ),
    )
  }

  /** Share of runs in which exactly the fault that was put in is confirmed. */
  broken(kind: SensorFaultKind, change: Break, seed: number): number {
    const runs = this.#draw(CHANNEL_DAYS, seed, true)
    return share(
      runs.map(({ roof, start }) => {
        const days = this.#changed(roof.id, start, CHANNEL_DAYS, change)
        let memory = this.#memories[start]?.get(roof.id)
        const seen = new Set<SensorFaultKind>()
        for (let d = start; d < start + CHANNEL_DAYS; d += 1) {
          memory = this.#follow(memory, roof, d, days)
          for (const fault of memory.faults) if (fault.confirmed && d >= start + 6) seen.add(fault.kind)
        }
        return (
          seen.has(kind) &&
          memory?.faults.filter((f) => f.confirmed && f.kind !== 'clock').every((f) => f.kind === kind) === true
        )
      }),
    )
  }

  /** Share of runs in which a clock error is confirmed before the eleventh clear day. */
  clockError(minutes: number, always: boolean, seed: number): number {
    const { days } = this.#street
    const runs = this.#draw(CLOCK_WATCH, seed, false)
    return share(
      runs.map(({ roof, start }) => {
        const late = shiftDays(days, roof.id, start, start + CLOCK_WATCH, minutes)
        // From the first day: the house joins the street with its clock wrong, and nothing of it is known before.
        const shifted = always ? late.map((day, d) => (d < start ? without(day, roof.id) : day)) : late
        let memory = always ? NEW_SENSORS : this.#memories[start]?.get(roof.id)
        let clear = 0
        for (let d = start; d < Math.min(days.length, start + CLOCK_WATCH) && clear < 10; d += 1) {
          const made = shifted.slice(Math.max(0, d + 1 - CLOCK_DAYS), d + 1).flatMap((day) => {
            const own = day.houses.get(roof.id)
            return own ? [{ day: day.day, produced: own.produced }] : []
          })
          if (clearDaysOf(made).at(-1)?.day === shifted[d]?.day) clear += 1
          // With the wrong clock from the first day, the peers' ratios have it in them.
          const expected = always ? null : (this.#expected[d]?.get(roof.id) ?? null)
          memory = followSensors(memory ?? NEW_SENSORS, {
            roof,
            days: shifted.slice(Math.max(0, d + 1 - SENSOR_DAYS), d + 1),
            clockDays: shifted.slice(Math.max(0, d + 1 - CLOCK_DAYS), d + 1),
            sunny: new Set(),
            battery: false,
            clock: this.#clock,
            expected,
            clouds: this.#clouds(d, shifted),
          })
          if (memory.faults.some((f) => f.kind === 'clock' && f.confirmed)) return true
        }
        return false
      }),
    )
  }

  #changed(house: string, start: number, span: number, change: Break): Day[] {
    return this.#street.days.slice(0, start + span).map((day, d) => {
      const own = day.houses.get(house)
      if (d < start || !own) return day
      return {
        ...day,
        houses: new Map(day.houses).set(house, change(own, day.clear.get(house) ?? new Float64Array(24))),
      }
    })
  }

  #draw(span: number, seed: number, withLoad: boolean): { roof: Roof; start: number }[] {
    const { days, roofs, soundRoof, soundLoad } = this.#street
    const random = seeded(seed)
    const runs: { roof: Roof; start: number }[] = []
    for (let tries = 0; runs.length < RUNS && tries < 100 * RUNS; tries += 1) {
      const roof = roofs[Math.floor(random() * roofs.length)]
      const start = this.#first + Math.floor(random() * Math.max(1, days.length - this.#first - span))
      if (!roof || (withLoad && !soundLoad(roof.id))) continue
      if (days.slice(Math.max(0, start - CLOCK_DAYS), start + span).some(({ day }) => !soundRoof(roof.id, day)))
        continue
      runs.push({ roof, start })
    }
    return runs
  }
}

/** Days on which the middle of the other roofs made a fifth of their clear sky. */
function sunnyDays(days: readonly Day[], roofs: readonly Roof[], but: string): Set<number> {
  const total = (series: HourSeries | undefined) => series?.reduce((s, wh) => s + (Number.isNaN(wh) ? 0 : wh), 0) ?? 0
  return new Set(
    days.flatMap((day) => {
      const shares = roofs
        .filter((r) => r.id !== but && day.houses.has(r.id))
        .map((r) => total(day.houses.get(r.id)?.produced) / total(day.clear.get(r.id)))
        .sort((a, b) => a - b)
      return (shares[shares.length >> 1] ?? 0) > 0.2 ? [day.day] : []
    }),
  )
}

/** A house's production as a clock that is `minutes` late would have dated it, from one day to another. */
function shiftDays(days: readonly Day[], house: string, from: number, to: number, minutes: number): Day[] {
  const hours = Math.floor(minutes / 60)
  const part = minutes / 60 - hours
  const at = (index: number) =>
    hourOf(days[Math.floor(index / 24)]?.houses.get(house)?.produced ?? new Float64Array(24), ((index % 24) + 24) % 24)
  return days.map((day, d) => {
    const own = day.houses.get(house)
    if (d < from || d >= to || !own) return day
    const produced = own.produced.map((_, h) => (1 - part) * at(d * 24 + h - hours) + part * at(d * 24 + h - hours - 1))
    return { ...day, houses: new Map(day.houses).set(house, { ...own, produced }) }
  })
}

function without(day: Day, house: string): Day {
  return { ...day, houses: new Map([...day.houses].filter(([id]) => id !== house)) }
}

function share(found: readonly boolean[]): number {
  return found.length === 0 ? Number.NaN : (100 * found.filter(Boolean).length) / found.length
}
