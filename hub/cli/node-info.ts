import { decodeCounters, decodeMeasures, decodeNetwork, decodeRelay } from '../codec/serial-node.ts'
import type { NodeIdentity, NodeMeasures, NodeNetwork } from '../domain/node-serial.ts'
import type { Call } from './command.ts'
import { ask, decoded, withNode } from './node-port.ts'
import { table } from './table.ts'

export function info(call: Call): Promise<number> {
  return withNode(call, async (node) => {
    const { identity, path } = node
    const measures = decoded(decodeMeasures((await ask(node, 'misure')).fields))
    const network = decoded(decodeNetwork((await ask(node, 'rete')).fields))
    const counters = decoded(decodeCounters((await ask(node, 'contatori')).fields))
    const loads = (await ask(node, 'carichi')).parts.map((part) => decoded(decodeRelay(part)))
    const rows: (readonly [string, string])[] = [
      ...identityRows(identity, path),
      ...measureRows(measures),
      ...networkRows(network),
      ['energy produced', `${counters.producedWh} Wh`],
      ['energy consumed', `${counters.consumedWh} Wh`],
      ...loads.map(
        (l) =>
          [
            `output ${l.output}`,
            `${l.load}, ${l.on === null ? 'unknown' : l.on ? 'on' : 'off'} (${l.origin}), at rest ${l.restsOn ? 'on' : 'off'}`,
          ] as const,
      ),
    ]
    call.report({ port: path, node: identity, measures, network, counters, loads }, aligned(rows))
    if (!identity.configured)
      call.note('This node belongs to no house yet: "solar-family node provision HOUSE" sets it up.')
    if (identity.unsaved) call.note('Settings were changed and not saved: they are lost when the power goes.')
    return 0
  })

  function aligned(rows: readonly (readonly [string, string])[]): string {
    return table(['WHAT', 'VALUE'], rows, call.terminal.out)
  }
}

function identityRows(n: NodeIdentity, path: string): (readonly [string, string])[] {
  return [
    ['port', path],
    ['house', n.house || 'none'],
    ['firmware', `${n.firmware} (${n.board})`],
    ['hardware address', n.mac],
    ['boot', `${n.boot}, by ${n.reset}, ${n.uptimeS} s ago`],
    ['watchdog resets', String(n.watchdogResets)],
    ['free memory', `${n.freeRam} bytes`],
  ]
}

function measureRows(m: NodeMeasures): (readonly [string, string])[] {
  const watts = (w: number | null, ma: number | null) =>
    w === null ? 'not measured' : `${w} W${ma === null ? '' : ` (${(ma / 1000).toFixed(2)} A)`}`
  return [
    ['production', watts(m.productionW, m.milliamps[0])],
    ['consumption', watts(m.consumptionW, m.milliamps[1])],
    ['faults', m.faults.join(', ') || 'none'],
    ['temperature', m.temperatureC === null ? 'not measured' : `${m.temperatureC} °C`],
    ['supply', m.supplyMv === null ? 'not measured' : `${m.supplyMv} mV`],
  ]
}

function networkRows(n: NodeNetwork): (readonly [string, string])[] {
  return [
    ['network link', n.link ? 'up' : 'down'],
    ['address', `${n.address}${n.dhcp ? ' (DHCP)' : ''}`],
    ['hub', `${n.hub || 'none'}:${n.port}`],
    ['mqtt', `${n.mqtt}${n.lastError === 'nessuno' ? '' : `, last error ${n.lastError}`}`],
    ['waiting to be sent', String(n.queued)],
  ]
}
