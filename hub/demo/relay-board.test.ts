import { describe, expect, it } from 'vitest'
import { RelayBoard, type RelaySpec } from './relay-board.ts'

const CAR: RelaySpec = { id: 'auto', restOn: false, minOnS: 0, minOffS: 60, maxOnS: 3600, startsPerHour: 3 }
const BOILER: RelaySpec = { ...CAR, id: 'boiler', restOn: true }
const S = 1000

function board(more: Partial<ConstructorParameters<typeof RelayBoard>[1]> = {}, at = 100 * S) {
  const made = new RelayBoard([CAR, BOILER, { ...CAR, id: 'addolcitore', program: true }], {
    boot: 17,
    random: () => 0.5,
    ...more,
  })
  made.step(at)
  return made
}
const command = (id: string, carico: string, acceso: boolean, more: object = {}) => ({
  id,
  carico,
  acceso,
  ttl_s: 180,
  boot: 17,
  entro_s: 115,
  ...more,
})

describe('the relays of a node', () => {
  it('a lease holds until it lapses, and rest-on comes back in its turn of the street', () => {
    const node = board()
    expect(node.command(command('a', 'auto', true), 100 * S)).toEqual({ id: 'a', ok: true })
    expect(node.command(command('b', 'boiler', false), 100 * S)).toEqual({ id: 'b', ok: true })
    node.step(279 * S)
    expect(node.state('auto', 279 * S)).toMatchObject({ on: true, origin: 'comando', lease: 'a', remaining: 1000 })
    node.step(280 * S)
    expect(node.state('auto', 280 * S)).toMatchObject({ on: false, origin: 'riposo', lease: null, lock: 60 * S })
    expect(node.state('boiler', 280 * S).on).toBe(false)
    node.step(430 * S)
    expect(node.state('boiler', 430 * S)).toMatchObject({ on: true, origin: 'riposo' })
  })

  it('a command to rest ends the lease at once', () => {
    const node = board()
    node.command(command('a', 'boiler', false), 100 * S)
    // its minimum off binds the return too
    expect(node.command(command('b', 'boiler', true), 110 * S)).toEqual({
      id: 'b',
      ok: false,
      errore: 'min_off',
      riprova_s: 50,
    })
    expect(node.command(command('c', 'boiler', true, { entro_s: 200 }), 161 * S)).toEqual({ id: 'c', ok: true })
    expect(node.state('boiler', 161 * S)).toMatchObject({ on: true, origin: 'riposo', lease: null })
  })

  it('a repeated id is answered again and changes nothing, for 16 ids', () => {
    const node = board()
    node.command(command('a', 'auto', true), 100 * S)
    node.command(command('b', 'auto', false), 101 * S)
    expect(node.command(command('a', 'auto', true), 102 * S)).toEqual({ id: 'a', ok: true })
    expect(node.state('auto', 102 * S).on).toBe(false)
    for (let i = 0; i < 16; i++) node.command(command(`x${i}`, 'auto', false), 102 * S)
    expect(node.command(command('a', 'auto', true), 103 * S)).toMatchObject({ errore: 'min_off' })
  })

  it.each([
    ['another boot', command('a', 'auto', true, { boot: 16 }), 'boot'],
    ['too late', command('a', 'auto', true, { entro_s: 99 }), 'scaduto'],
    ['an unknown load', command('a', 'forno', true), 'carico_sconosciuto'],
    ['no boot', command('a', 'auto', true, { boot: undefined, entro_s: undefined }), 'formato'],
    ['too short a lease', command('a', 'auto', true, { ttl_s: 29 }), 'formato'],
    ['a program’s lease for what is none', command('a', 'auto', true, { ttl_s: 7200 }), 'formato'],
  ])('refuses %s', (_, message, errore) => {
    const node = board()
    expect(node.command(message, 100 * S)).toMatchObject({ id: 'a', ok: false, errore })
    expect(node.state('auto', 100 * S).on).toBe(false)
  })

  it('takes a long lease for a program, and an unbound command where it is simple', () => {
    expect(board().command(command('a', 'addolcitore', true, { ttl_s: 7200 }), 100 * S)).toMatchObject({ ok: true })
    const simple = board({ takesUnbound: true })
    expect(simple.command({ id: 'a', carico: 'auto', acceso: true, ttl_s: 60 }, 100 * S)).toMatchObject({ ok: true })
  })

  it('the wall switch wins over commands, and the maximum on over the wall switch', () => {
    const node = board()
    node.turnSwitch('auto', true, 100 * S)
    expect(node.command(command('a', 'auto', false), 101 * S)).toMatchObject({ errore: 'interruttore' })
    node.step(3699 * S)
    expect(node.state('auto', 3699 * S)).toMatchObject({ on: true, origin: 'interruttore' })
    node.step(3700 * S)
    expect(node.state('auto', 3700 * S)).toMatchObject({ on: false, origin: 'sicurezza', lock: 60 * S })
  })

  it('renewals do not stretch the maximum on-time', () => {
    const node = board()
    let answer = node.command(command('r100', 'auto', true), 100 * S)
    for (let t = 160; t <= 3700; t += 60)
      answer = node.command(command(`r${t}`, 'auto', true, { entro_s: t + 15 }), t * S)
    expect(answer).toMatchObject({ ok: false, errore: 'min_off' })
    expect(node.state('auto', 3700 * S)).toMatchObject({ on: false, origin: 'sicurezza' })
  })

  it('so many starts in an hour', () => {
    const node = board()
    const at = (t: number) => ({ entro_s: t + 15 })
    for (const t of [100, 200, 300]) {
      expect(node.command(command(`on${t}`, 'auto', true, at(t)), t * S)).toMatchObject({ ok: true })
      node.command(command(`off${t}`, 'auto', false, at(t)), (t + 10) * S)
    }
    expect(node.command(command('z', 'auto', true, at(400)), 400 * S)).toEqual({
      id: 'z',
      ok: false,
      errore: 'avvii',
      riprova_s: 3300,
    })
  })

  it('after a power cut everything is open, and comes back in turn', () => {
    const node = board({ afterPowerCut: true }, 1 * S)
    expect(node.state('boiler', 1 * S)).toMatchObject({ on: false, origin: 'sicurezza' })
    expect(node.command(command('a', 'auto', true), 30 * S)).toMatchObject({ errore: 'min_off', riprova_s: 30 })
    node.step(210 * S)
    expect(node.state('boiler', 210 * S)).toMatchObject({ on: true, origin: 'riposo' })
  })
})
