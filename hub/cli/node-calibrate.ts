import { writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { decodeGain, decodeMeasures, decodeZero } from '../codec/serial-node.ts'
import { isoSeconds } from '../domain/time.ts'
import { systemClock } from '../io/clock.ts'
import { Questions } from './ask.ts'
import type { Call } from './command.ts'
import { Failure, wrongUsage } from './command.ts'
import type { ConnectedNode } from './node-port.ts'
import { ask, decoded, withNode } from './node-port.ts'

const CHANNELS = ['production', 'consumption'] as const
/** Ten windows of a second, and room. */
const STEP_MS = 60_000

interface Protocol {
  readonly at: string
  readonly by: string
  readonly house: string
  readonly mac: string
  readonly firmware: string
  readonly channel: (typeof CHANNELS)[number]
  readonly zero: { readonly before: number; readonly after: number } | null
  readonly measuredMa: number
  readonly trueMa: number
  readonly errorBefore: number
  readonly errorAfter: number
  readonly gain: number
}

/** The wizard: zero, a known load, its true value, the error before and after, then save. Nothing is kept before that. */
export async function calibrate(call: Call): Promise<number> {
  const channel = call.choice('channel', CHANNELS) ?? 'production'
  const index = CHANNELS.indexOf(channel)
  const by = call.text('by') ?? userName()
  const questions = new Questions(call.terminal)
  return withNode(call, async (node) => {
    let saved = false
    try {
      const zero = call.flag('skip-zero') ? null : await measureZero(call, questions, node, index)
      const gain = await measureGain(call, questions, node, index)
      const { identity } = node
      const result: Protocol = {
        at: isoSeconds(systemClock.now()),
        by,
        house: identity.house,
        mac: identity.mac,
        firmware: identity.firmware,
        channel,
        zero,
        ...gain,
      }
      call.note(
        `Measured ${amps(gain.measuredMa)}, true ${amps(gain.trueMa)}: error ${percent(gain.errorBefore)} before, ${percent(gain.errorAfter)} after.`,
      )
      const answer = await questions.ask('Save this in the node? Type "yes": ')
      if (answer.toLowerCase() !== 'yes') throw new Failure('Nothing was saved; the node measures as before.')
      await ask(node, 'salva')
      saved = true
      const file =
        call.text('protocol') ?? `calibration-${identity.house || 'node'}-${channel}-${result.at.slice(0, 10)}.txt`
      writeFileSync(file, protocolText(result))
      call.report({ ...result, protocol: file }, `Saved. The protocol is ${file}.`)
      return 0
    } finally {
      questions.end()
      if (!saved && !node.session.gone) {
        await node.session.request('calibra', { passo: 'annulla' })
        await node.session.request('annulla')
      }
    }
  })
}

async function measureZero(call: Call, questions: Questions, node: ConnectedNode, channel: number) {
  await questions.ask('1. Clamp the transformer on nothing: off the wire, jaws closed. Then press Enter: ')
  call.note('Measuring for 10 s.')
  const answer = await ask(node, 'calibra', { canale: channel, passo: 'zero' }, STEP_MS)
  const zero = decoded(decodeZero(answer.fields))
  call.note(`Noise ${zero.after} square counts (was ${zero.before}).`)
  return zero
}

async function measureGain(call: Call, questions: Questions, node: ConnectedNode, channel: number) {
  await questions.ask(
    '2. Clamp it on one wire of a steady resistive load, best about 2 kW (a kettle, a heater), and switch that on. Then press Enter: ',
  )
  const now = decoded(decodeMeasures((await ask(node, 'misure')).fields))
  const ma = now.milliamps[channel]
  call.note(`The node reads ${ma === null || ma === undefined ? 'nothing' : amps(ma)}.`)
  const fields = trueValue(await questions.ask('3. What does the meter show? With its unit, such as 8.7 A or 2000 W: '))
  call.note('Measuring for 10 s: leave the load on.')
  const answer = await ask(node, 'calibra', { canale: channel, passo: 'guadagno', ...fields }, STEP_MS)
  return decoded(decodeGain(answer.fields))
}

/** Worked values: "8,7 A" -> {ma: 8700}; "2 kW" -> {w: 2000}. */
export function trueValue(text: string): { readonly ma: number } | { readonly w: number } {
  const [, number = '', unit = ''] = /^\s*([0-9]+(?:[.,][0-9]+)?)\s*(A|mA|W|kW)\s*$/i.exec(text) ?? []
  const value = Number(number.replace(',', '.'))
  if (number === '' || value === 0)
    throw wrongUsage(
      `"${text.slice(0, 40)}" is no current or power: expected a number with A, mA, W or kW, such as 8.7 A.`,
    )
  switch (unit.toLowerCase()) {
    case 'a':
      return { ma: Math.round(value * 1000) }
    case 'ma':
      return { ma: Math.round(value) }
    case 'kw':
      return { w: Math.round(value * 1000) }
    default:
      return { w: Math.round(value) }
  }
}

function protocolText(p: Protocol): string {
  return [
    'Calibration of a current transformer',
    '',
    `Date             ${p.at}`,
    `By               ${p.by}`,
    `House            ${p.house || 'none'}`,
    `Node             ${p.mac}, firmware ${p.firmware}`,
    `Channel          ${p.channel}`,
    `Noise at zero    ${p.zero ? `${p.zero.after} square counts (was ${p.zero.before})` : 'left as it was'}`,
    `Reference        ${amps(p.trueMa)}`,
    `Node before      ${amps(p.measuredMa)} (${percent(p.errorBefore)})`,
    `Node after       ${percent(p.errorAfter)}`,
    `Factor           ${p.gain}`,
    '',
  ].join('\n')
}

function amps(ma: number): string {
  return `${(ma / 1000).toFixed(3)} A`
}

function percent(value: number): string {
  return `${value >= 0 ? '+' : ''}${value.toFixed(2)} %`
}

function userName(): string {
  try {
    return process.env['SUDO_USER'] ?? userInfo().username
  } catch {
    return 'unknown'
  }
}
