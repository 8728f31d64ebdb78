import type { SimulatedDay, SimulatedMoment } from '../domain/simulation.ts'

export interface Picture {
  readonly title: string
  readonly zone: string
  readonly loads: readonly { readonly id: string; readonly name: string }[]
  readonly from: number
  readonly to: number
}

const WIDTH = 960
const LEFT = 64
const RIGHT = 16
const TOP = 44
const CHART = 240
const ROW = 26
const GAP = 36

/** The day as one picture: sun and use above, when each relay was on and its load drew below. A file of its own, so it carries its colours. */
export function simulationSvg(day: SimulatedDay, { title, zone, loads, from, to }: Picture): string {
  const height = TOP + CHART + GAP + loads.length * ROW + 40
  const most = Math.max(500, ...day.moments.flatMap((m) => [m.productionW, m.consumptionW]))
  const x = (at: number) => LEFT + ((at - from) / Math.max(1, to - from)) * (WIDTH - LEFT - RIGHT)
  const y = (w: number) => TOP + CHART - (w / most) * CHART
  const line = (of: (m: SimulatedMoment) => number) =>
    thinned(day.moments)
      .map((m) => `${x(m.at).toFixed(1)},${y(of(m)).toFixed(1)}`)
      .join(' ')
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}" font-family="sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="24" font-size="16" font-weight="bold" fill="#1b1b1b">${escaped(title)}</text>`,
  ]
  for (const w of ticks(most)) {
    parts.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(w)}" y2="${y(w)}" stroke="#e0e0e0"/>`,
      `<text x="${LEFT - 8}" y="${y(w) + 4}" text-anchor="end" fill="#555555">${w / 1000} kW</text>`,
    )
  }
  const bottom = TOP + CHART + GAP + loads.length * ROW
  for (const { at, label } of hours(from, to, zone)) {
    parts.push(
      `<line x1="${x(at)}" x2="${x(at)}" y1="${TOP}" y2="${bottom}" stroke="#eeeeee"/>`,
      `<text x="${x(at)}" y="${bottom + 20}" text-anchor="middle" fill="#555555">${label}</text>`,
    )
  }
  parts.push(
    `<polygon points="${x(from)},${y(0)} ${line((m) => m.productionW)} ${x(to)},${y(0)}" fill="#f5c542" fill-opacity="0.55" stroke="#b07d00"/>`,
    `<polyline points="${line((m) => m.consumptionW)}" fill="none" stroke="#1f4e9c" stroke-width="1.5"/>`,
    `<text x="${LEFT}" y="${TOP + CHART + 20}" fill="#8a6200">sun</text>`,
    `<text x="${LEFT + 40}" y="${TOP + CHART + 20}" fill="#1f4e9c">use</text>`,
    `<text x="${LEFT + 80}" y="${TOP + CHART + 20}" fill="#555555">below: relay on (pale), drawing (dark)</text>`,
  )
  for (const [i, load] of loads.entries()) {
    const top = TOP + CHART + GAP + i * ROW
    parts.push(
      `<text x="${LEFT - 8}" y="${top + 16}" text-anchor="end" fill="#1b1b1b">${escaped(shortened(load.name))}</text>`,
    )
    for (const [colour, is] of [
      ['#bcd3f2', (m: SimulatedMoment) => m.on[i] === true],
      ['#1f4e9c', (m: SimulatedMoment) => (m.drawW[i] ?? 0) > 0],
    ] as const) {
      for (const [start, end] of spans(day.moments, is, to)) {
        const width = Math.max(1, x(end) - x(start))
        parts.push(
          `<rect x="${x(start).toFixed(1)}" y="${top + 4}" width="${width.toFixed(1)}" height="${ROW - 8}" fill="${colour}"/>`,
        )
      }
    }
  }
  return `${parts.join('\n')}\n</svg>\n`
}

function spans(moments: readonly SimulatedMoment[], is: (m: SimulatedMoment) => boolean, to: number) {
  const found: [number, number][] = []
  let since: number | null = null
  for (const m of moments) {
    if (is(m)) since ??= m.at
    else if (since !== null) {
      found.push([since, m.at])
      since = null
    }
  }
  if (since !== null) found.push([since, to])
  return found
}

/** No more points than a picture of this width can show. */
function thinned(moments: readonly SimulatedMoment[]): readonly SimulatedMoment[] {
  const every = Math.max(1, Math.ceil(moments.length / WIDTH))
  return moments.filter((_, i) => i % every === 0)
}

function ticks(most: number): number[] {
  const step = most > 8000 ? 2000 : most > 3000 ? 1000 : 500
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step)
}

function hours(from: number, to: number, zone: string): { at: number; label: string }[] {
  const step = to - from > 26 * 3_600_000 ? 12 : 3
  const found: { at: number; label: string }[] = []
  for (let at = Math.ceil(from / 3_600_000) * 3_600_000; at <= to; at += 3_600_000) {
    const hour = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).hour
    if (hour % step === 0) found.push({ at, label: String(hour) })
  }
  return found
}

const shortened = (name: string) => (name.length > 9 ? `${name.slice(0, 8)}…` : name)

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
