import { describe, expect, it } from 'vitest'
import type { Episode } from '../domain/cycle.ts'
import { FIRST_STATE } from '../domain/cycle.ts'
import type { Effect } from '../domain/effect.ts'
import { perform, repeatAlerts } from './perform.ts'

const NOON = Date.UTC(2026, 5, 21, 12)

function setUp() {
  const sent: unknown[][] = []
  const publish = async (...message: unknown[]) => void sent.push(message)
  return { sent, outlet: { publish } }
}

describe('perform', () => {
  it.each<[Effect, unknown[][]]>([
    [
      { kind: 'openAlert', house: 'casa_A', code: 'performance_bassa', at: NOON, detail: {} },
      [['comunita/casa_A/alert', 'performance_bassa', { qos: 1, retain: false }]],
    ],
    [
      { kind: 'closeAlert', house: 'casa_A', code: 'fermo', at: NOON, last: true },
      [['comunita/casa_A/alert', 'rientrato', { qos: 1, retain: false }]],
    ],
    [{ kind: 'closeAlert', house: 'casa_A', code: 'fermo', at: NOON, last: false }, []],
    [
      { kind: 'publishBenchmark', mean: 0.51, plants: 12, at: NOON + 999 },
      [
        [
          'comunita/benchmark',
          '{"rendimento_medio_comunita":0.51,"impianti":12,"ts":"2026-06-21T12:00:00Z"}',
          { qos: 1, retain: true },
        ],
      ],
    ],
  ])('%j', async (effect, expected) => {
    const { sent, outlet } = setUp()
    await perform(effect, outlet, 'comunita')
    expect(sent).toEqual(expected)
  })

  it('fails with the outlet', async () => {
    const outlet = { publish: () => Promise.reject(new Error('no broker')) }
    await expect(perform({ kind: 'publishBenchmark', mean: 1, plants: 1, at: NOON }, outlet, 'c')).rejects.toThrow(
      'no broker',
    )
  })
})

describe('repeatAlerts', () => {
  it('sends the open codes of one house again', async () => {
    const { sent, outlet } = setUp()
    const episode = (house: string, code: Episode['code']): Episode => ({ house, code, since: NOON })
    const episodes = [
      episode('casa_A', 'performance_bassa'),
      episode('casa_B', 'fermo'),
      episode('casa_A', 'nodo_offline'),
    ]
    await repeatAlerts('casa_A', { ...FIRST_STATE, episodes }, outlet, 'r')
    expect(sent.map(([topic, payload]) => `${topic} ${payload}`)).toEqual([
      'r/casa_A/alert performance_bassa',
      'r/casa_A/alert nodo_offline',
    ])
    await repeatAlerts('casa_C', { ...FIRST_STATE, episodes }, outlet, 'r')
    expect(sent).toHaveLength(2)
  })
})
