import { expect, it } from 'vitest'
import { HOUR, SECOND } from '../domain/time.ts'
import { PanelWasher } from './panel-washer.ts'

const clean = (id: string, more: object = {}) => ({ id, azione: 'pulizia', ttl_s: 60, boot: 3, entro_s: 115, ...more })
const AT = 100 * SECOND

it('washes once a command, for no longer than it may, and not again soon', () => {
  const washer = new PanelWasher(3, true)
  expect(washer.command(clean('a', { ttl_s: 600 }), AT)).toEqual({ id: 'a', ok: true })
  expect(washer.state(AT + 119 * SECOND)).toEqual({ attiva: true, residuo_s: 1, causa: 'comando' })
  expect(washer.state(AT + 120 * SECOND).attiva).toBe(false)
  // The same id is answered again, and washes nothing.
  expect(washer.command(clean('a'), AT + HOUR)).toEqual({ id: 'a', ok: true })
  expect(washer.state(AT + HOUR).attiva).toBe(false)
  expect(washer.command(clean('b', { entro_s: 4000 }), AT + HOUR)).toMatchObject({
    errore: 'intervallo',
    riprova_s: 68_400,
  })
})

it('stops when it is told, and refuses what is late, for another boot, misshapen, or without a valve', () => {
  const washer = new PanelWasher(3, true)
  expect(washer.command(clean('a', { entro_s: 99 }), AT)).toMatchObject({ errore: 'scaduto' })
  expect(washer.command(clean('b', { boot: 2 }), AT)).toMatchObject({ errore: 'boot' })
  expect(washer.command(clean('c', { ttl_s: 'x' }), AT)).toMatchObject({ errore: 'formato' })
  expect(washer.command({ azione: 'pulizia' }, AT)).toBeNull()
  expect(washer.command(clean('d'), AT)).toMatchObject({ ok: true })
  expect(washer.command({ id: 'e', azione: 'ferma_pulizia' }, AT + SECOND)).toEqual({ id: 'e', ok: true })
  expect(washer.state(AT + SECOND).attiva).toBe(false)
  expect(new PanelWasher(3, false).command(clean('f'), AT)).toMatchObject({ errore: 'attuatore_assente' })
})
