import { describe, expect, test } from 'vitest'
import { sampleBenchmark, sampleReader } from '../pages/sample-props.ts'
import type { BenchmarkView } from '../view-models.ts'
import { BenchmarkChart, drawnRows, MOST_ROWS } from './chart-benchmark.tsx'
import { viewFor } from './view.ts'

const draw = (benchmark: BenchmarkView) => `${<BenchmarkChart view={viewFor(sampleReader())} benchmark={benchmark} />}`

describe('the benchmark chart', () => {
  test('names the own house and says every state in words', () => {
    const html = draw(sampleBenchmark(12, 'casa_03'))
    expect(html).toContain('casa_03 (tu)')
    expect(html).toContain('1 impianto è sotto la soglia.')
    expect(html).toContain('sotto la soglia')
    expect(html).toContain('soglia 85\u00a0%')
    expect(html).toContain('media 0,')
    expect(html.match(/class="yield/g)).toHaveLength(18)
  })
  test('a plant without data keeps its row, without a bar', () => {
    const benchmark = sampleBenchmark(3, null)
    const silent = {
      name: 'casa_99',
      own: false,
      houses: 1,
      peakPower: 3000,
      value: null,
      ratio: null,
      state: 'offline',
    } as const
    const html = draw({ ...benchmark, rows: [...benchmark.rows, silent] })
    expect(html).toContain('senza dati')
    expect(html.match(/class="yield/g)).toHaveLength(6)
    expect(html).not.toContain('NaN')
  })
  test('says why there is nothing to compare', () => {
    const benchmark = sampleBenchmark(12, null)
    expect(draw({ ...benchmark, dark: true })).toContain('È buio')
    expect(draw({ ...benchmark, mean: null, rows: [] })).toContain('Nessun impianto ha mandato dati')
    expect(draw({ ...benchmark, conclusive: false, plants: 1 })).toContain('ora ne conta 1')
  })
  test('of very many rows draws the lowest and the own one', () => {
    const rows = drawnRows(sampleBenchmark(100, 'casa_02').rows)
    expect(rows).toHaveLength(MOST_ROWS)
    expect(rows.some((row) => row.own)).toBe(true)
    expect(rows.some((row) => row.name === 'casa_06')).toBe(true)
  })
})
