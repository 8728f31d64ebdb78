import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { HouseDay, Roof } from '../../hub/domain/community-day.ts'
import { clearDay, dayGrid, dayNumber, unknownHours } from '../../hub/domain/community-day.ts'
export interface Homes {
  roofs: Roof[]
  days: { day: number; houses: Map<string, HouseDay>; clear: Map<string, Float64Array> }[]
  bad: Map<string, Set<number>>
  loadBad: Set<string>
  grid: { shift: number }
  site: any
}
export function loadHomes(folder: string): Homes {
  const site = { latitude: 34.09, longitude: -117.43, altitude: 370 }
  const grid = dayGrid(site)
  const meta = readFileSync(`${folder}/citylearn_houses_meta.csv`, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((l) => l.split(','))
  const roofs: Roof[] = meta.map((m) => ({
    id: `h${m[0]}`,
    peakPower: Number(m[1]) * 1000,
    plane: { azimuth: Number(m[2]), tilt: Number(m[3]) },
  }))
  const rows = gunzipSync(readFileSync(`${folder}/citylearn_houses_hourly.csv.gz`))
    .toString()
    .trim()
    .split('\n')
    .slice(1)
  const byDay = new Map<number, Map<string, HouseDay>>()
  const bad = new Map<string, Set<number>>()
  const loadBad = new Set<string>()
  for (const row of rows) {
    const [t, , house, kwp, per, , load, flag, lflag] = row.split(',')
    const at = Date.parse((t as string).replace('Z', ':00Z'))
    const day = dayNumber(grid, at)
    const hour = ((at + grid.shift) % 86400000) / 3600000
    const id = `h${house}`
    const houses = byDay.get(day) ?? new Map<string, HouseDay>()
    byDay.set(day, houses)
    const own = houses.get(id) ?? { produced: unknownHours(), consumed: unknownHours() }
    houses.set(id, own)
    own.produced[hour] = Number(per) * Number(kwp)
    own.consumed[hour] = Number(load) * 1000
    if (flag !== 'ok') {
      const s = bad.get(id) ?? new Set()
      bad.set(id, s)
      s.add(day)
    }
    if (lflag !== 'ok') loadBad.add(id)
  }
  const days = [...byDay]
    .sort((a, b) => a[0] - b[0])
    .map(([day, houses]) => ({ day, houses, clear: clearDay(grid, day, site, roofs) }))
  return { roofs, days, bad, loadBad, grid, site }
}
