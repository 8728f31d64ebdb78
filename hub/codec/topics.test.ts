import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filterMatches } from '../domain/topic-filter.ts'
import type { NodeTopic } from './topics.ts'
import { alertTopic, benchmarkTopic, mayRetain, maySubscribe, parseNodeTopic } from './topics.ts'

const ROOT = 'comunita'

describe('parseNodeTopic', () => {
  it.each<[string, NodeTopic, boolean]>([
    ['comunita/casa_A/produzione', { kind: 'reading', house: 'casa_A', series: 'produzione' }, false],
    ['comunita/casa_A/bilancio', { kind: 'reading', house: 'casa_A', series: 'bilancio' }, false],
    ['comunita/casa_A/rendimento', { kind: 'reading', house: 'casa_A', series: 'rendimento' }, false],
    ['comunita/casa_A/stato', { kind: 'status', house: 'casa_A' }, true],
    ['comunita/casa_A/carico/boiler/stato', { kind: 'loadState', house: 'casa_A', load: 'boiler' }, false],
    ['comunita/casa_A/carico/boiler/config', { kind: 'loadConfig', house: 'casa_A', load: 'boiler' }, true],
    ['comunita/casa_A/comando/esito', { kind: 'commandResult', house: 'casa_A' }, false],
    [
      'comunita/casa_A/misura/produzione-rete/status/em1:0',
      { kind: 'meter', house: 'casa_A', roles: ['produzione', 'rete'], rest: 'status/em1:0' },
      false,
    ],
    [
      'comunita/casa_A/misura/consumo/online',
      { kind: 'meter', house: 'casa_A', roles: ['consumo'], rest: 'online' },
      false,
    ],
    ['comunita/casa_A/pulizia/stato', { kind: 'cleaningState', house: 'casa_A' }, false],
  ])('knows %s', (topic, expected, retained) => {
    const parsed = parseNodeTopic(topic, ROOT)
    expect(parsed).toEqual(expected)
    expect(parsed && mayRetain(parsed)).toBe(retained)
  })

  it.each([
    '',
    'comunita',
    'comunita/',
    'comunita/casa_A',
    'comunita/casa_A/',
    'comunita//produzione',
    '/comunita/casa_A/produzione',
    'comunita/casa_A/produzione/',
    'comunita/casa_A/Produzione',
    'comunita/casa_A/alert',
    'comunita/casa_A/comando',
    'comunita/casa_A/comando/altro',
    'comunita/casa_A/pulizia',
    'comunita/casa_A/carico/boiler',
    'comunita/casa_A/misura',
    'comunita/casa_A/misura/rete',
    'comunita/casa_A/misura/rete/',
    'comunita/casa_A/misura/prod/online',
    'comunita/casa_A/misura/rete-rete-rete-rete/online',
    'comunita/casa_A/misura/-/online',
    'comunita/casa_A/carico/boiler/comando',
    'comunita/casa_A/carico//stato',
    'comunita/casa_A/carico/rete/stato',
    'comunita/casa_A/carico/a b/stato',
    'comunita/casa_A/carico/boiler/stato/x',
    'comunita/casa_A/../casa_B/produzione',
    'comunita/benchmark',
    'comunita/benchmark/produzione',
    'comunita/rete/produzione',
    'comunita/altri/stato',
    'comunita/+/produzione',
    'comunita/casa_A/#',
    'comunitaX/casa_A/produzione',
    'altra/casa_A/produzione',
    '$SYS/casa_A/produzione',
    'comunita/casa A/produzione',
    `comunita/${'x'.repeat(33)}/produzione`,
    'comunita/casa_A/toString',
  ])('lets nobody publish %j', (topic) => {
    expect(parseNodeTopic(topic, ROOT)).toBeNull()
  })

  it('takes a root of several levels', () => {
    expect(parseNodeTopic('a/b/casa_A/stato', 'a/b')).toEqual({ kind: 'status', house: 'casa_A' })
    expect(parseNodeTopic('a/casa_A/stato', 'a/b')).toBeNull()
  })

  it('only ever names the house the topic lies under', () => {
    const level = fc.constantFrom(
      'casa_A',
      'casa_AB',
      'produzione',
      'stato',
      'carico',
      'config',
      'comando',
      'esito',
      '',
      '#',
      '+',
      '..',
      'benchmark',
    )
    fc.assert(
      fc.property(fc.array(level, { maxLength: 6 }), (levels) => {
        const topic = [ROOT, ...levels].join('/')
        const parsed = parseNodeTopic(topic, ROOT)
        if (parsed) expect(topic.startsWith(`${ROOT}/${parsed.house}/`)).toBe(true)
      }),
    )
  })
})

describe('maySubscribe', () => {
  it.each([
    'comunita/benchmark',
    'comunita/casa_A/#',
    'comunita/casa_A/+',
    'comunita/casa_A/alert',
    'comunita/casa_A/comando',
    'comunita/casa_A/carico/+/config',
    // A level called `..` is a level like any other.
    'comunita/casa_A/../x',
  ])('lets casa_A hear %s', (filter) => {
    expect(maySubscribe(filter, 'casa_A', ROOT)).toBe(true)
  })

  it.each([
    '',
    '#',
    '+',
    '+/#',
    'comunita',
    'comunita/#',
    'comunita/+',
    'comunita/+/comando',
    'comunita/+/alert',
    'comunita/casa_A',
    'comunita/casa_A+/alert',
    'comunita/casa_A#',
    'comunita/casa_AB/alert',
    'comunita/casa_AB/#',
    'comunita/casa_B/#',
    'comunita/casa_/#',
    'comunita/benchmark/#',
    'comunita/benchmark/',
    '+/casa_A/alert',
    '/comunita/casa_A/alert',
    '$SYS/#',
    '$share/x/comunita/casa_A/alert',
    '$share/x/comunita/#',
    'Comunita/casa_A/alert',
  ])('but not %j', (filter) => {
    expect(maySubscribe(filter, 'casa_A', ROOT)).toBe(false)
  })

  it('grants no filter that matches what lies under another house', () => {
    const level = fc.constantFrom(
      'comunita',
      'casa_A',
      'casa_AB',
      'benchmark',
      'alert',
      'comando',
      '+',
      '#',
      '$share',
      '..',
      '',
    )
    const foreign = ['comunita/casa_AB/alert', 'comunita/casa_AB/comando', 'comunita/casa/alert', '$SYS/broker']
    fc.assert(
      fc.property(fc.array(level, { maxLength: 5 }), (levels) => {
        const filter = levels.join('/')
        if (maySubscribe(filter, 'casa_A', ROOT))
          for (const topic of foreign) expect(filterMatches(filter, topic)).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })
})

it('names the topics of the hub', () => {
  expect([alertTopic(ROOT, 'casa_A'), benchmarkTopic(ROOT)]).toEqual(['comunita/casa_A/alert', 'comunita/benchmark'])
})
