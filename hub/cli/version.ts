import { projectText } from '../bundled.ts'
import type { Call, Command } from './command.ts'

export const commands: readonly Command[] = [
  {
    name: 'version',
    summary: 'show the versions of the program and of what it is built on',
    args: [],
    options: {},
    example: 'solar-family version',
    run: version,
  },
]

/** Version of this program. */
export function programVersion(): string {
  return about().version
}

async function version(call: Call): Promise<number> {
  const { sqliteVersion } = await import('../store/database.ts')
  const { name, version } = about()
  const node = process.versions.node
  const sqlite = sqliteVersion()
  call.report({ name, version, node, sqlite }, `${name} ${version} (Node.js ${node}, SQLite ${sqlite})`)
  return 0
}

function about(): { name: string; version: string } {
  return JSON.parse(projectText('package.json')) as {
    name: string
    version: string
  }
}
