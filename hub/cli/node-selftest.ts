import { decodeCheck } from '../codec/serial-node.ts'
import type { NodeCheck, Verdict } from '../domain/node-serial.ts'
import { worstOf } from '../domain/node-serial.ts'
import type { Call } from './command.ts'
import { ask, decoded, withNode } from './node-port.ts'
import { table } from './table.ts'

/** A self-test measures for a few seconds and tries the network. */
export const SELFTEST_MS = 90_000

const WORDS: Readonly<Record<Verdict, string>> = { pass: 'PASS', warn: 'WARN', fail: 'FAIL', skip: 'not fitted' }

/** What to do about a check that did not pass. */
const ADVICE: Readonly<Record<string, string>> = {
  alimentazione: 'feed the board from its own 7-12 V supply, not from a long USB cable',
  adc: 'conversions are lost: update the firmware',
  frequenza: 'no 50 Hz was found: is there current in the clamped wire?',
  ct_produzione: 'look at the plug, the burden resistor and the bias of the production transformer (A0)',
  ct_consumo: 'look at the plug, the burden resistor and the bias of the consumption transformer (A1)',
  ntc: 'look at the wires of the temperature sensor (A3)',
  eeprom: 'settings cannot be trusted: set the node up again; replace the board if it comes back',
  link: 'look at the Ethernet cable and the light of its socket',
  indirizzo: 'the router gives no address: is its DHCP on? Else set a fixed address',
  mqtt: 'the hub is not reached or refuses the key: "solar-family node provision HOUSE" makes a new one',
}

export function selftest(call: Call): Promise<number> {
  return withNode(call, async (node) => {
    call.note('The node tests itself: about 15 s.')
    const { parts } = await ask(node, 'autotest', {}, SELFTEST_MS)
    const checks = parts.map((part) => decoded(decodeCheck(part)))
    const verdict = worstOf(checks)
    const rows = checks.map((c) => [c.name, WORDS[c.verdict], c.value, c.expected])
    const advice = checks.filter(needsAdvice).map((c) => `${c.name}: ${ADVICE[c.name] ?? 'see the handbook'}.`)
    call.report(
      {
        house: node.identity.house,
        verdict,
        checks: checks.map((c) => ({ ...c, advice: needsAdvice(c) ? (ADVICE[c.name] ?? null) : null })),
      },
      [table(['CHECK', 'RESULT', 'FOUND', 'EXPECTED'], rows, call.terminal.out), ...advice].join('\n'),
    )
    return verdict === 'fail' ? 1 : 0
  })
}

function needsAdvice({ verdict }: NodeCheck): boolean {
  return verdict === 'warn' || verdict === 'fail'
}
