import { describe, expect, it } from 'vitest'
import { ROUTES } from '../routes.ts'
import { admit, viewerOf } from './access.ts'
import { languageOf, safePath } from './context.ts'
import { isAllowedHost } from './hosts.ts'
import { parseSettings } from './settings.ts'
import { Throttle } from './throttle.ts'

describe('admission', () => {
  const nobody = { kind: 'nobody' } as const
  const resident = { kind: 'person', name: 'r', role: 'resident', house: 'casa_A' } as const
  const node = { kind: 'house', house: 'casa_A' } as const

  it('nobody gets into anything but signing in and health', () => {
    const open = ROUTES.filter((route) => admit(route.access, nobody) === 'granted').map((r) => `${r.method} ${r.path}`)
    expect(open.sort()).toEqual([
      'GET /abbina',
      'GET /accesso',
      'GET /avvio',
      'GET /healthz',
      'POST /abbina',
      'POST /accesso',
      'POST /avvio',
      'POST /preferenze',
      'POST /uscita',
    ])
  })

  it.each([
    ['/impostazioni', 'forbidden'],
    ['/impianto', 'forbidden'],
    ['/comunita', 'granted'],
    ['/api/comunita/stato', 'granted'],
  ])('a resident asking for %s is %s', (path, answer) => {
    for (const route of ROUTES.filter((r) => r.path === path)) expect(admit(route.access, resident)).toBe(answer)
  })

  it('a node may post, ask for its commands, and nothing else', () => {
    const may = ROUTES.filter((r) => r.access !== 'anybody' && admit(r.access, node) === 'granted').map(
      (r) => `${r.method} ${r.path}`,
    )
    expect(may).toEqual([
      ...['POST /api/produzione', 'POST /api/bilancio'],
      ...['GET /api/comandi', 'POST /api/comandi/esito', 'POST /api/carico/stato'],
    ])
  })

  it('only residents are kept to their own house', () => {
    expect(viewerOf(resident)).toEqual({ kind: 'resident', house: 'casa_A' })
    expect(viewerOf({ kind: 'token', role: 'reader', house: null })).toEqual({ kind: 'all' })
  })
})

it.each([
  ['localhost:8080', true],
  ['127.0.0.1', true],
  ['192.168.1.7:8080', true],
  ['[::1]:8080', true],
  ['solarfamily.local:8080', true],
  ['hub.example.org', true],
  ['evil.example', false],
  ['evil.example.local.evil.com', false],
  ['', false],
  [undefined, false],
  ['a b', false],
])('host %s: %s', (host, allowed) => {
  expect(isAllowedHost(host, ['Hub.Example.org'])).toBe(allowed)
})

it.each([
  ['/comunita?giorno=2026-06-01', '/comunita?giorno=2026-06-01'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  ['/a\r\nset-cookie: x', '/'],
  [undefined, '/'],
])('goes back to %j as %s', (path, safe) => {
  expect(safePath(path)).toBe(safe)
})

it.each([
  ['en', undefined, 'en'],
  [undefined, 'de-DE,en;q=0.8', 'en'],
  [undefined, 'de', 'it'],
  ['xx', 'en', 'en'],
])('speaks, of %s and %s, %s', (chosen, accepted, language) => {
  expect(languageOf(chosen, accepted)).toBe(language)
})

it('throttles a key, not its neighbours, and forgets after a minute', () => {
  const throttle = new Throttle(2)
  expect([throttle.wait('a', 0), throttle.wait('a', 1000), throttle.wait('a', 2000), throttle.wait('b', 2000)]).toEqual(
    [0, 0, 58, 0],
  )
  expect(throttle.wait('a', 60_000)).toBe(0)
})

it('reads the settings form with comma or point, and names each wrong field', () => {
  const good = {
    nome: 'Via',
    fuso: 'Europe/Rome',
    latitudine: '45,07',
    longitudine: '7.69',
    soglia: '85',
    minimo: '3',
    avviso: 'media85',
  }
  expect(parseSettings(good).settings).toEqual({
    communityName: 'Via',
    zone: 'Europe/Rome',
    place: { latitude: 45.07, longitude: 7.69 },
    benchmark: { threshold: 0.85, minHouses: 3, alert: 'media85' },
  })
  expect(parseSettings({ ...good, latitudine: '', longitudine: '' }).settings?.place).toBeNull()
  const bad = {
    nome: '',
    fuso: 'Roma',
    latitudine: '91',
    longitudine: 'x',
    soglia: '0',
    minimo: '2.5',
    avviso: 'forse',
  }
  expect(parseSettings(bad)).toEqual({
    settings: null,
    errors: {
      nome: 'vuoto',
      fuso: 'fuso',
      latitudine: 'intervallo',
      longitudine: 'numero',
      soglia: 'intervallo',
      minimo: 'numero',
      avviso: 'regola',
    },
  })
  expect(parseSettings({ ...good, longitudine: '' }).errors).toEqual({ longitudine: 'coppia' })
})
