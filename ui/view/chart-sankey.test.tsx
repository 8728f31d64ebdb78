import { describe, expect, test } from 'vitest'
import type { Flow } from '../../hub/domain/sharing.ts'
import { sampleCommunityPage, sampleReader } from '../pages/sample-props.ts'
import { FlowChart } from './chart-sankey.tsx'
import { viewFor } from './view.ts'

const draw = (flows: readonly Flow[], unit: 'W' | 'Wh' = 'W', language: 'it' | 'en' = 'it') =>
  `${<FlowChart view={viewFor(sampleReader({ language }))} flows={flows} unit={unit} own="casa_03" />}`

describe('the flow chart', () => {
  test('explains itself when nothing flows', () => {
    expect(draw([])).toContain('Nessuno scambio in questo momento')
    expect(draw([], 'Wh')).toContain('In questo giorno')
    expect(draw([])).not.toContain('<svg')
  })
  test('draws a single flow', () => {
    const html = draw([{ from: 'rete', to: 'casa_03', amount: 420 }])
    expect(html).toContain('casa_03 (tu)')
    expect(html).toContain('Dalla rete 420\u00a0W')
    expect(html.match(/class="link /g)).toHaveLength(2)
    expect(html).not.toContain('NaN')
  })
  test('names the merged and the grid in the reader’s language, and draws what others give to others', () => {
    const flows = [
      { from: 'altri', to: 'altri', amount: 5200 },
      { from: 'altri', to: 'rete', amount: 800 },
    ]
    const html = draw(flows, 'Wh', 'en')
    expect(html).toContain('Others')
    expect(html).toContain('Grid')
    expect(html).toContain('Between houses 5.2\u00a0kWh')
    expect(html).toContain('not a trace of electrons')
    expect(html).not.toMatch(/altri|rete/)
  })
  test('says so when it draws the smallest together', () => {
    const html = draw(sampleCommunityPage(100).live?.flows ?? [])
    expect(html).toContain('disegnate insieme')
    expect(html).toMatch(/altre \d+ case/)
    expect(draw(sampleCommunityPage(12).live?.flows ?? [])).not.toContain('disegnate insieme')
  })
})
