import type { Call, Command } from './command.ts'

export const commands: readonly Command[] = [
  {
    name: 'hub',
    summary: 'run the hub: broker, pages, API, control',
    args: [],
    options: {},
    example: 'solar-family hub --data ./data --http-port 8080',
    run: hub,
  },
]

async function hub(call: Call): Promise<number> {
  const { config } = await call.config()
  const { becomeOwnerOf } = await import('../io/privileges.ts')
  becomeOwnerOf(config.dataDir)
  const { runHubCommand } = await import('../run-hub.ts')
  return runHubCommand(config, { json: call.json })
}
