import type { HubConfig } from './config.ts'
import { NodeWatch } from './flow/node-watch.ts'
import type { Log } from './io/log.ts'

/** Holds the node on the hub's own USB port, where one is configured; the library for it is loaded only then. */
export async function startNode(config: HubConfig, now: () => number, log: Log): Promise<NodeWatch | null> {
  const { port } = config.serial
  if (port === null) return null
  const { openSerial } = await import('./io/serial.ts')
  const watch = new NodeWatch({
    path: port,
    open: () => openSerial(port),
    now,
    onProblem: (problem) =>
      problem === null
        ? log.info({ port }, 'the node on the USB port answers')
        : log.warn({ port, problem }, 'no node on the USB port'),
  })
  watch.start()
  return watch
}
