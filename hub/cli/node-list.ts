import type { PortInfo } from '../io/serial.ts'
import { listSerialPorts } from '../io/serial.ts'
import type { Call } from './command.ts'
import { table } from './table.ts'

/** USB vendor and product of Arduino Mega boards, and of the converters on boards like them. */
const MEGA: readonly string[] = ['2341:0010', '2341:0042', '2341:0242', '2a03:0010', '2a03:0042']
const CONVERTERS: readonly string[] = ['1a86:7523', '1a86:55d4', '0403:6001', '10c4:ea60', '067b:2303']

export function looksLikeNode({ usb }: Pick<PortInfo, 'usb'>): boolean {
  return usb !== null && (MEGA.includes(usb) || CONVERTERS.includes(usb))
}

function kindOf({ usb, product }: PortInfo): string {
  if (usb !== null && MEGA.includes(usb)) return 'Arduino Mega'
  if (usb !== null && CONVERTERS.includes(usb)) return 'USB serial converter, as on Mega clones'
  return product ?? 'unknown'
}

export async function list(call: Call): Promise<number> {
  const ports = await listSerialPorts()
  const rows = ports.map((port) => [
    port.path,
    port.usb,
    kindOf(port),
    port.holders.map(({ pid, program }) => `${program} (${pid})`).join(', ') || 'free',
    port.byId,
  ])
  const text =
    ports.length === 0
      ? 'There is no USB serial port: connect the node by its USB socket.'
      : table(['PORT', 'USB', 'KIND', 'HELD BY', 'NAME THAT STAYS'], rows, call.terminal.out)
  call.report(
    ports.map((port) => ({ ...port, kind: kindOf(port), node: looksLikeNode(port) })),
    text,
  )
  return 0
}
