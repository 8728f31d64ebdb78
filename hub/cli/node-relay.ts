import { setTimeout } from 'node:timers/promises'
import type { Call } from './command.ts'
import { wrongUsage } from './command.ts'
import { ask, withNode } from './node-port.ts'

/** The node lets go by itself when it has not heard from us for this long. */
const DEAD_MAN_S = 4
const REPEAT_MS = 1_500

export async function relay(call: Call): Promise<number> {
  const output = Number(call.arg('OUTPUT'))
  if (!Number.isInteger(output) || output < 1 || output > 4)
    throw wrongUsage(`"${call.arg('OUTPUT')}" is no output: expected 1 to 4.`)
  const state = call.arg('STATE')
  if (state !== 'on' && state !== 'off') throw wrongUsage(`"${state}" is not right: expected on or off.`)
  const seconds = call.number('for', 1, 120, ' s') ?? 10
  return withNode(call, async (node) => {
    const stop = new AbortController()
    const interrupt = () => stop.abort()
    process.once('SIGINT', interrupt)
    process.once('SIGTERM', interrupt)
    const hold = () => ask(node, 'rele', { uscita: output, acceso: state === 'on', secondi: DEAD_MAN_S })
    const began = performance.now()
    try {
      await hold()
      call.note(`Output ${output} is ${state} for ${seconds} s; Ctrl-C ends it.`)
      while (!stop.signal.aborted) {
        const left = seconds * 1000 - (performance.now() - began)
        if (left <= 0) break
        await setTimeout(Math.min(left, REPEAT_MS), undefined, { signal: stop.signal }).catch(() => {})
        if (left > REPEAT_MS && !stop.signal.aborted) await hold()
      }
      await ask(node, 'rele', { uscita: output, acceso: state === 'on', secondi: 0 })
    } finally {
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', interrupt)
    }
    const held = Math.round((performance.now() - began) / 100) / 10
    call.report({ output, state, held_s: held }, `Output ${output} was ${state} for ${held} s and has returned.`)
    return 0
  })
}
