import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { runJson } from '../../test/support/hub-process.ts'
import { dataFolder } from './folders.ts'
import { houseId, importHouses, peakOf } from './houses.ts'
import type { Row } from './row.ts'
import { rows } from './row.ts'

const HOUSES = 12
const HOUR_MS = 3_600_000
const FROM = Date.UTC(2024, 0, 1)
const MAP = 'ts=time,casa=house,produzione_kwh=pv_kwh,consumo_kwh=load_kwh'

interface Tally {
  readonly righe: number
  readonly inserite: number
  readonly secondi: number
}

/** Hours of history into an empty data folder. */
export async function measureReplay({ months }: { months: number }): Promise<Row[]> {
  const data = dataFolder()
  await importHouses(data, HOUSES)
  const file = join(data, 'hours.csv')
  await writeHours(file, Date.UTC(2024, months, 1))
  const started = performance.now()
  const tally = await runJson<Tally>('replay', file, '--map', MAP, '--step', '1h', '--data', data)
  const wallS = (performance.now() - started) / 1000
  if (tally.inserite !== tally.righe) throw new Error(`of ${tally.righe} rows only ${tally.inserite} were stored`)
  return rows(
    `replay, ${HOUSES} houses x ${months} months`,
    ['rows', tally.righe, ''],
    ['wall time, with the start of the command', wallS, 's'],
    ['rate, without', tally.righe / tally.secondi, 'rows/s'],
  )
}

async function writeHours(file: string, to: number): Promise<void> {
  const out = createWriteStream(file)
  out.write('time,house,pv_kwh,load_kwh\n')
  for (let at = FROM; at < to; at += HOUR_MS) {
    const time = new Date(at).toISOString()
    const lines = Array.from({ length: HOUSES }, (_, i) => `${time},${houseId(i)},${pvKwh(at, i)},${loadKwh(at, i)}\n`)
    if (!out.write(lines.join(''))) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
}

/** A bell over the day, longer and higher in June than in January, dimmed by the clouds of the hour. */
function pvKwh(at: number, house: number): string {
  const day = (at - FROM) / (24 * HOUR_MS)
  const hour = (at / HOUR_MS) % 24
  const season = 0.5 - 0.5 * Math.cos((2 * Math.PI * (day + 10)) / 365)
  const height = Math.cos(((hour - 11.5) / (8 + 6 * season)) * Math.PI)
  const clouds = 0.35 + 0.65 * noise(at, 0)
  const kw = (peakOf(house) / 1000) * (0.5 + 0.35 * season) * clouds * Math.max(0, height)
  return Math.abs(hour - 11.5) > 4 + 3 * season ? '0' : kw.toFixed(3)
}

/** A base with a morning and an evening. */
function loadKwh(at: number, house: number): string {
  const hour = (at / HOUR_MS) % 24
  const peaks = Math.exp(-((hour - 7) ** 2) / 4) + 1.6 * Math.exp(-((hour - 19) ** 2) / 8)
  return (0.12 + 0.7 * peaks * (0.5 + noise(at, house + 1))).toFixed(3)
}

/** 0 to 1, always the same for the same hour and house. */
function noise(at: number, of: number): number {
  const x = Math.sin(at / HOUR_MS + of * 78.233) * 43_758.5453
  return x - Math.floor(x)
}
