import { HOUR, MINUTE } from './time.ts'

/** What is known of a node: from its `stato`, and from when it was last heard. */
export interface NodeStatus {
  readonly online: boolean
  readonly at: number
  readonly fw: string | null
  readonly boot: number | null
  readonly uptimeS: number | null
}

/** A house is offline after this silence, or by its will. */
export const OFFLINE_AFTER = 5 * MINUTE

/** `heardAt`: last measurement, epoch ms, or null when never. */
export function isOffline(heardAt: number | null, node: NodeStatus | null, now: number): boolean {
  if (heardAt === null || now - heardAt > OFFLINE_AFTER) return true
  return node !== null && !node.online && node.at >= heardAt
}

/** A hub tells its central something every quarter of an hour; after this silence somebody should look, ms. */
export const HUB_SILENT_AFTER = HOUR
