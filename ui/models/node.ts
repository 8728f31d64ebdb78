import type { WatchedNode } from '../../hub/flow/node-watch.ts'
import type { NodeRow } from '../view-models.ts'

/** What is known of one house's node. */
export interface NodePage {
  readonly house: string
  readonly name: string
  /** As the hub knows it over the network; null for a house that has left. */
  readonly row: NodeRow | null
  /** As it says itself, when it is the one on the hub's USB port; `other` = another house's node, or none that answers, is there. */
  readonly usb: WatchedNode | null
  /** The port the hub holds, if any, and what is wrong with it or who is on it. */
  readonly port: { readonly path: string; readonly house: string | null; readonly problem: string | null } | null
}
