import { filterMatches } from '../domain/topic-filter.ts'
import type { Guest } from './broker-guest.ts'

/** Whether a message is written to a client, with its QoS lowered to the highest one granted [MQTT-3.3.5-1]. */
export function mayForward(
  { client, filters }: Guest,
  packet: { readonly topic: string; qos: number },
  maxUnreadBytes: number,
): boolean {
  // Whoever does not read is let go before it fills the memory.
  if (client.conn.writableLength > maxUnreadBytes) {
    client.conn.destroy(new Error(`does not read: over ${maxUnreadBytes} bytes wait for it`))
    return false
  }
  if (packet.qos > 0) packet.qos = Math.min(packet.qos, grantedQos(filters, packet.topic) ?? packet.qos)
  return true
}

/** The highest QoS that was granted to a filter that a topic matches, or null where none does. */
export function grantedQos(filters: ReadonlyMap<string, number>, topic: string): number | null {
  let most: number | null = null
  for (const [filter, qos] of filters) if (qos > (most ?? -1) && filterMatches(filter, topic)) most = qos
  return most
}
