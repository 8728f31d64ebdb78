import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { House } from '../domain/house.ts'
import { HOUR, MINUTE } from '../domain/time.ts'
import { readSlots } from '../store/readings.ts'
import type { Store } from '../store/store.ts'
import { openStore } from '../store/store.ts'
import { Health } from './health.ts'
import { Ingest } from './ingest.ts'
import { Live } from './live.ts'
import { runReplay } from './replay.ts'
import { formatStep, inferStep, parseReplayMap, parseStep } from './replay-columns.ts'
import { openReplay, readRows } from './replay-rows.ts'

const NOW = Date.UTC(2026, 5, 21, 12)
const KWH = 'ts=t,casa=h,produzione_kwh=p,consumo_kwh=c'
const WATT = 'ts=t,casa=h,produzione_w=p,consumo_w=c'
const house = (id: string, peakPower: number): House => ({
  id,
  name: id,
  peakPower,
  tilt: null,
  azimuth: null,
  connectionLimit: null,
  shown: false,
})
const HOUSES = new Map([house('a', 3000), house('b', 3000), house('consumer', 0)].map((h) => [h.id, h]))

const folder = mkdtempSync(join(tmpdir(), 'solar-family-replay-'))
afterAll(() => rmSync(folder, { recursive: true }))
let count = 0
function file(content: string | Buffer): string {
  count += 1
  const path = join(folder, `${count}.csv`)
  writeFileSync(path, content)
  return path
}

function columns(map: string, id: string | null = null) {
  const parsed = parseReplayMap(map, id)
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.value
}

async function rowsOf(path: string, map = KWH, step: string | null = null) {
  const rows = []
  for await (const row of readRows(path, map, step)) rows.push(row)
  return rows
}

describe('what is typed', () => {
  it.each([
    ['ts=t,casa=h,produzione_kwh=p', null, { unit: 'kwh', production: 'p', consumption: null, house: { column: 'h' } }],
    ['ts=t, casa=h, produzione_w=p ,consumo_w=c d', null, { unit: 'w', production: 'p', consumption: 'c d' }],
    ['ts=t,consumo_kwh=c', 'a', { unit: 'kwh', production: null, house: { id: 'a' } }],
  ])('--map %s', (map, id, value) => {
    expect(parseReplayMap(map, id)).toMatchObject({ ok: true, value })
  })

  it.each([
    ['casa=h,produzione_kwh=p', null, 'ts=COL'],
    ['ts=t,produzione_kwh=p', null, '--house ID'],
    ['ts=t,casa=h,produzione_kwh=p', 'a', 'leave out one'],
    ['ts=t,casa=h', null, 'produzione_kwh=COL'],
    ['ts=t,casa=h,produzione_kwh=p,consumo_w=c', null, 'mixes kWh and W'],
    ['ts=t,casa=h,produzione_khw=p', null, 'did you mean "produzione_kwh"?'],
    ['ts=t,ts=u,casa=h', null, 'names ts twice'],
    ['ts=', null, 'expected ts=COLUMN'],
    ['', null, 'the fields are ts, casa'],
  ])('--map %j is refused', (map, id, sentence) => {
    expect(parseReplayMap(map, id)).toMatchObject({ ok: false, error: expect.stringContaining(sentence) })
  })

  it.each([
    ['1h', HOUR],
    ['15m', 15 * MINUTE],
    ['15min', 15 * MINUTE],
    ['900s', 15 * MINUTE],
    ['1d', 24 * HOUR],
  ])('--step %s', (text, ms) => {
    expect(parseStep(text)).toEqual({ ok: true, value: ms })
  })

  it.each(['', '1', 'h', '0h', '2d', '1.5h', '-1h', '1 week'])('--step "%s" is refused', (text) => {
    expect(parseStep(text)).toMatchObject({ ok: false, error: expect.stringContaining('such as 1h, 15m or 900s') })
  })

  it('shows a step as it is typed', () => {
    expect([HOUR, 15 * MINUTE, 90_000, 24 * HOUR, 7_200_000].map(formatStep)).toEqual(['1h', '15m', '90s', '1d', '2h'])
  })
})

it('the step is the most common distance between two rows of a house', () => {
  const at = (hour: number, id = 'a') => ({ house: id, at: hour * HOUR })
  expect(inferStep([at(0), at(0, 'b'), at(1), at(1, 'b'), at(5), at(6)])).toBe(HOUR)
  expect(inferStep([at(0), at(0, 'b')])).toBeNull()
  expect(inferStep([at(0), at(48)])).toBeNull()
})

describe('readRows', () => {
  it('reads times with their zone, and seconds', async () => {
    const rows = await rowsOf(
      file(
        't,h,p,c\n2016-08-01T07:00Z,a,1,2\n2016-08-01T10:00:00+02:00,a,1,2\n2016-08-01 09:00:00+00:00,a,1,2\n1470045600,a,1,2\n',
      ),
    )
    expect(rows.map((r) => new Date(r.at).toISOString().slice(11, 16))).toEqual(['07:00', '08:00', '09:00', '10:00'])
    expect(rows[0]).toEqual({
      kind: 'energy',
      line: 2,
      house: 'a',
      at: Date.UTC(2016, 7, 1, 7),
      durationMs: HOUR,
      producedWh: 1000,
      consumedWh: 2000,
    })
  })

  it('takes an empty cell for unknown, decimal commas, and gzip whatever the name', async () => {
    const rows = await rowsOf(file(gzipSync('t;h;p;c\n2016-08-01T07:00Z;a;;0,5\n')), KWH, '15m')
    expect(rows).toMatchObject([{ durationMs: 15 * MINUTE, producedWh: null, consumedWh: 500 }])
  })

  it('reads powers', async () => {
    expect(await rowsOf(file('t,h,p,c\n2016-08-01T07:00Z,a,1500,400\n'), WATT)).toMatchObject([
      { kind: 'power', productionW: 1500, consumptionW: 400 },
    ])
  })

  it.each([
    ['a column that is not there', 't,h,prod,c\n', 'there is no column "p"'],
    ['a step that cannot be seen', 't,h,p,c\n2016-08-01T07:00Z,a,1,2\n', '--step 1h'],
    ['gzip that is cut short', gzipSync('t,h,p,c\n'.repeat(9)).subarray(0, 20), 'damaged or cut short'],
  ])('says so of %s', async (_, content, sentence) => {
    await expect(rowsOf(file(content))).rejects.toThrow(sentence)
  })
})

describe('runReplay', () => {
  let store: Store
  let ingest: Ingest
  beforeEach(async () => {
    store = await openStore(mkdtempSync(join(folder, 'data-')))
    ingest = new Ingest({
      now: () => NOW,
      commitIntervalMs: 1,
      store: store.ingest,
      live: new Live(),
      health: new Health(),
    })
  })
  afterEach(() => store.close())

  async function replay(path: string, map: string, signal = new AbortController().signal, maxPending = 10) {
    const opened = await openReplay(path, columns(map), null)
    return runReplay({ file: opened, houses: HOUSES, ingest, now: () => NOW, signal, maxPending })
  }

  it('accounts for every row, and a second time stores nothing new', async () => {
    const path = file(
      [
        't,h,p,c',
        '2016-08-01T08:00Z,a,1,2',
        '2016-08-01T07:00Z,a,0.5,2',
        '2016-08-01T07:00Z,a,0.5,2',
        '2016-08-01T07:00Z,b,9,2',
        '2016-08-01T07:00Z,b,1,99',
        '2016-08-01T07:00,b,1,1',
        '2016-08-01T07:00Z,b,x,1',
        '2016-08-01T07:00Z,b,,',
        '2016-08-01T07:00Z,b',
        '2027-08-01T07:00Z,b,1,1',
        '2016-08-01T07:00Z,zoe,1,1',
        '2016-08-01T07:00Z,consumer,,1',
      ].join('\n'),
    )
    const tally = await replay(path, KWH)
    expect(tally).toMatchObject({ rows: 12, stored: 3, duplicates: 1, failed: null, stopped: false })
    expect(Object.fromEntries([...tally.refused].map(([reason, { count, line }]) => [reason, [count, line]]))).toEqual({
      produzione: [1, 5],
      consumo: [1, 6],
      formato: [4, 7],
      futura: [1, 11],
      casa_sconosciuta: [1, 12],
    })
    expect(tally.refused.get('formato')?.refusal.atteso).toContain('a time with its zone')
    expect([...tally.unknownHouses]).toEqual([['zoe', 1]])
    expect([tally.from, tally.to]).toEqual([Date.UTC(2016, 7, 1, 7), Date.UTC(2016, 7, 1, 9)])
    const slots = await readSlots(store.readings, { from: 0, to: NOW, groupMs: HOUR })
    expect(
      slots.map((s) => [
        s.house,
        Math.round(s.energy.producedWh),
        Math.round(s.energy.consumedWh),
        Math.round(s.energy.importedWh),
      ]),
    ).toEqual([
      ['a', 500, 2000, 1500],
      ['consumer', 0, 1000, 1000],
      ['a', 1000, 2000, 1000],
    ])
    expect(await replay(path, KWH)).toMatchObject({ rows: 12, stored: 0, duplicates: 4 })
  })

  it('stores powers as readings, once, in whatever order they come', async () => {
    const path = file(
      't,h,p,c\n2016-08-01T07:10Z,a,1200,200\n2016-08-01T07:00Z,a,1200,200\n2016-08-01T07:05Z,a,1200,\n2016-08-01T07:00Z,b,,200\n',
    )
    expect(await replay(path, WATT)).toMatchObject({ rows: 4, stored: 3, duplicates: 0 })
    const slots = await readSlots(store.readings, { from: 0, to: NOW, groupMs: HOUR })
    expect(slots).toMatchObject([{ house: 'a', energy: { producedWh: 200, productionMeasuredS: 600 } }])
    expect(await replay(path, WATT)).toMatchObject({ rows: 4, stored: 0, duplicates: 3 })
  })

  it('stops when told to, and what it took is stored', async () => {
    const lines = Array.from({ length: 500 }, (_, i) => `${1_470_000_000 + i * 3600},a,1,1`)
    const stop = new AbortController()
    const opened = await openReplay(file(['t,h,p,c', ...lines].join('\n')), columns(KWH), HOUR)
    const taken = runReplay({
      file: opened,
      houses: HOUSES,
      ingest,
      now: () => NOW,
      signal: stop.signal,
      maxPending: 10,
    })
    setTimeout(() => stop.abort(), 20)
    const tally = await taken
    expect(tally.stopped).toBe(true)
    expect(tally.stored).toBe(tally.rows)
    expect(tally.rows).toBeLessThan(500)
  })

  it('keeps what comes before the damage of a file', async () => {
    const path = file('t,h,p,c\n2016-08-01T07:00Z,a,1,1\n2016-08-01T08:00Z,a,1,1\n2016-08-01T09:00Z,"a,1,1\n')
    const opened = await openReplay(path, columns(KWH), HOUR)
    const seen: number[] = []
    const options = { file: opened, houses: HOUSES, ingest, now: () => NOW, signal: new AbortController().signal }
    await expect(runReplay({ ...options, onProgress: (tally) => seen.push(tally.stored) })).rejects.toThrow(
      'quotation mark',
    )
    expect(seen.at(-1)).toBe(2)
  })

  it('ends at once when readings cannot be stored', async () => {
    const full = new Ingest({
      now: () => NOW,
      commitIntervalMs: 1,
      store: () => Promise.reject(Object.assign(new Error('disk full'), { code: 'SQLITE_FULL' })),
      live: new Live(),
      health: new Health(),
    })
    const lines = Array.from({ length: 500 }, (_, i) => `${1_470_000_000 + i * 3600},a,1,1`)
    const opened = await openReplay(file(['t,h,p,c', ...lines].join('\n')), columns(KWH), HOUR)
    const tally = await runReplay({
      file: opened,
      houses: HOUSES,
      ingest: full,
      now: () => NOW,
      signal: new AbortController().signal,
      maxPending: 10,
    })
    expect(tally).toMatchObject({ stored: 0, failed: 'SQLITE_FULL' })
    expect(tally.rows).toBeLessThan(500)
  })
})
