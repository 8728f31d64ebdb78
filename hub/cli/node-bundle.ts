import { writeFileSync } from 'node:fs'
import { release } from 'node:os'
import {
  decodeAdc,
  decodeCheck,
  decodeCounters,
  decodeEvent,
  decodeMeasures,
  decodeNetwork,
  decodeRelay,
  decodeSetting,
} from '../codec/serial-node.ts'
import { isoSeconds } from '../domain/time.ts'
import { systemClock } from '../io/clock.ts'
import { listSerialPorts } from '../io/serial.ts'
import type { Call } from './command.ts'
import { ask, decoded, withNode } from './node-port.ts'
import { SELFTEST_MS } from './node-selftest.ts'
import { programVersion } from './version.ts'

/** Everything a node can tell, in one file. The node keeps its key to itself, so it is not in there. */
export function bundle(call: Call): Promise<number> {
  return withNode(call, async (node) => {
    call.note('Gathering, with a self-test: about 20 s.')
    const { identity, path, session } = node
    const one = async <T>(
      cmd: string,
      decode: (f: never) => { ok: true; value: T } | { ok: false; error: string },
      fields = {},
    ) => decoded(decode((await ask(node, cmd, fields)).fields as never))
    const many = async <T>(
      cmd: string,
      decode: (f: never) => { ok: true; value: T } | { ok: false; error: string },
      ms?: number,
    ) => (await ask(node, cmd, {}, ms)).parts.map((part) => decoded(decode(part as never)))
    const at = isoSeconds(systemClock.now())
    const content = {
      gathered: at,
      program: programVersion(),
      system: `${process.platform} ${release()} ${process.arch}`,
      ports: await listSerialPorts(),
      node: identity,
      measures: await one('misure', decodeMeasures),
      adc: [await one('adc', decodeAdc, { canale: 0 }), await one('adc', decodeAdc, { canale: 1 })],
      network: await one('rete', decodeNetwork),
      counters: await one('contatori', decodeCounters),
      loads: await many('carichi', decodeRelay),
      settings: Object.fromEntries(await many('config', decodeSetting)),
      events: await many('eventi', decodeEvent),
      selftest: await many('autotest', decodeCheck, SELFTEST_MS),
      line: session.tally,
    }
    const file = call.text('out') ?? `node-${identity.house || 'none'}-${at.slice(0, 10)}.json`
    writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)
    call.report({ file, house: identity.house, port: path }, `Everything about this node is in ${file}.`)
    return 0
  })
}
