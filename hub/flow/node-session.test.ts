import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { SessionPlayer } from '../../test/support/session-player.ts'
import { encodeLine } from '../codec/serial-frame.ts'
import { decodeAdc, decodeCheck, decodeIdentity } from '../codec/serial-node.ts'
import { NodeSession } from './node-session.ts'
import { NodeWatch } from './node-watch.ts'

// A conversation that was recorded from a node, played again.
const RECORDED = readFileSync(new URL('../../test/sessions/factory-node.session', import.meta.url), 'utf8')

function conversation(transcript = RECORDED) {
  const player = new SessionPlayer(transcript)
  const session = new NodeSession(player)
  session.start()
  return { player, session }
}

describe('a conversation with a node', () => {
  it('knows who it is', async () => {
    const answer = await conversation().session.greet()
    const identity = answer.ok && decodeIdentity(answer.value.fields)
    expect(identity && 'value' in identity && identity.value).toMatchObject({
      board: 'megaatmega2560',
      house: '',
      boot: 1,
    })
  })

  it('gathers an answer of several lines', async () => {
    const answer = await conversation().session.request('autotest')
    const checks = answer.ok ? answer.value.parts.map(decodeCheck) : []
    expect(checks).toHaveLength(10)
    expect(checks.every((check) => check.ok)).toBe(true)
  })

  it('puts requests one after another, each with its own answer', async () => {
    const { session } = conversation()
    const [a, b] = await Promise.all([0, 1].map((canale) => session.request('adc', { canale })))
    const channels = [a, b].map((answer) => {
      const decoded = answer?.ok ? decodeAdc(answer.value.fields) : null
      return decoded?.ok ? decoded.value.channel : null
    })
    expect(channels).toEqual([0, 1])
  })

  it('says what was refused', async () => {
    const valore = 'troppo lungo per essere un nome'
    const answer = await conversation().session.request('imposta', { campo: 'casa', valore })
    expect(answer).toMatchObject({ ok: false, error: { kind: 'refused', code: 'campo' } })
  })

  it.each([
    ['silent', null],
    ['noise', '\u00f0\u00a5\u0012 what is this'],
  ])('a port that is %s', async (kind, said) => {
    vi.useFakeTimers()
    const { player, session } = conversation('')
    const asked = session.request('info')
    await vi.advanceTimersByTimeAsync(1)
    if (said !== null) player.say(said)
    await vi.advanceTimersByTimeAsync(20_000)
    vi.useRealTimers()
    expect(await asked).toMatchObject({ ok: false, error: { kind } })
  })

  it('sends again what the node could not read', async () => {
    const { player, session } = conversation('')
    const asked = session.request('salva')
    await Promise.resolve()
    player.say(encodeLine({ id: null, ok: false, errore: 'formato' }).trimEnd())
    player.say(encodeLine({ id: 1, ok: true }).trimEnd())
    expect(await asked).toMatchObject({ ok: true })
    expect(player.asked).toEqual([expect.objectContaining({ cmd: 'salva' }), expect.objectContaining({ cmd: 'salva' })])
  })

  it('ends when the port goes, and counts broken lines', async () => {
    const { player, session } = conversation('')
    const asked = session.request('info')
    player.say('{"id":1,"ok":true,"crc":"0000"}')
    player.say('rubbish')
    player.unplug()
    expect(await asked).toEqual({ ok: false, error: { kind: 'gone' } })
    expect(session.tally).toEqual({ lines: 2, crcErrors: 1, noise: 1 })
    expect(await session.request('info')).toEqual({ ok: false, error: { kind: 'gone' } })
  })
})

describe('the node on the hub’s own port', () => {
  it('is identified, measured and tested, and missed when it goes', async () => {
    const player = new SessionPlayer(RECORDED)
    const problems: unknown[] = []
    const watch = new NodeWatch({
      path: '/dev/ttyACM0',
      open: async () => ({ ok: true, port: player }),
      now: () => 7,
      onProblem: (problem) => problems.push(problem),
      everyMs: 5,
    })
    watch.start()
    watch.test()
    await expect.poll(() => watch.view.checks?.value.length).toBe(10)
    expect(watch.view).toMatchObject({ problem: null, testing: false, identity: { firmware: '1.0.0' } })
    expect(watch.view.measures).toMatchObject({ at: 7, value: { faults: [] } })
    expect(watch.view.adc.map(({ samples }) => samples)).toEqual([4000, 4000])
    expect(watch.view.events.map(({ event }) => event)).toEqual(['avvio', 'cavo_su', 'indirizzo'])
    player.unplug()
    await expect.poll(() => watch.view.problem).toBe('gone')
    expect([watch.view.identity, problems]).toEqual([null, [null, 'gone']])
    await watch.stop()
  })

  it('says why it has none', async () => {
    const watch = new NodeWatch({
      path: '/dev/ttyACM0',
      open: async () => ({ ok: false, problem: { kind: 'missing' } }),
      now: () => 0,
      onProblem: () => {},
    })
    watch.start()
    await expect.poll(() => watch.view.problem).toBe('missing')
    await watch.stop()
  })
})
