import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'

// Plants one fault of every kind in folders laid out like the project's and lints them with the project's own biome.json:
// a rule that stops biting fails here. In the tables `@` stands for a file name of the fault's own.

const IMPORTS = 'lint/style/noRestrictedImports'
const GLOBALS = 'lint/style/noRestrictedGlobals'
const CLOCK = 'lint/nursery/noJsRestrictedProperties'
const PLUGIN = 'plugin'

const FORBIDDEN_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  'hub/domain/@.ts': ['../store/b.ts', '../codec/b.ts', '../io/b.ts', '../flow/b.ts', 'node:fs', 'zod'],
  'hub/codec/@.ts': ['../store/b.ts', '../config.ts', 'node:fs', 'mqtt'],
  'hub/codec/profiles/@.ts': ['../../store/b.ts'],
  'hub/store/@.ts': ['../codec/b.ts', '../flow/b.ts', '../config.ts', 'aedes'],
  'hub/io/@.ts': [
    '../flow/b.ts',
    '../store/b.ts',
    '../codec/b.ts',
    'node-schedule',
    'aedes',
    'mqtt',
    'hono',
    '@peculiar/x509',
  ],
  'hub/io/broker.ts': ['mqtt'],
  'hub/io/mqtt.ts': ['better-sqlite3'],
  'hub/io/http.ts': ['../../ui/b.ts'],
  'hub/io/self-signed.ts': ['mqtt'],
  'hub/io/schedule.ts': ['../flow/b.ts'],
  'hub/flow/@.ts': ['../../ui/b.ts', '../demo/b.ts', '../main.ts', 'kysely', 'better-sqlite3', 'mqtt'],
  'hub/demo/@.ts': ['../store/b.ts', '../io/b.ts', 'aedes'],
  'hub/config.ts': ['./io/b.ts'],
  'hub/main.ts': ['better-sqlite3'],
  'hub/cli/@.ts': ['mqtt', '../../scripts/b.ts'],
  'ui/@.tsx': [
    '../hub/io/b.ts',
    '../hub/codec/b.ts',
    '../hub/main.ts',
    '../sync/b.ts',
    'kysely',
    'better-sqlite3',
    'mqtt',
  ],
  'ui/pages/@.tsx': ['../../hub/io/b.ts', '../../hub/config.ts'],
  'sync/@.ts': ['../hub/flow/b.ts', '../ui/b.ts', 'better-sqlite3'],
  'sync/central/@.ts': ['../../hub/io/b.ts'],
}

const FAULTS: readonly (readonly [fault: string, file: string, code: string, rule: string])[] = [
  ['domain takes even a type from store', 'hub/domain/@.ts', "export type { X } from '../store/b.ts'", IMPORTS],
  ['domain loads store at run time', 'hub/domain/@.ts', "export const x = import('../store/b.ts')", IMPORTS],
  ['flow takes a value from io', 'hub/flow/@.ts', "import { x } from '../io/b.ts'\nexport const y = x", PLUGIN],
  ['flow takes a value from io beside a type', 'hub/flow/@.ts', "export { type X, y } from '../io/b.ts'", PLUGIN],
  ['flow passes all of io on', 'hub/flow/@.ts', "export * from '../io/b.ts'", PLUGIN],
  ['flow loads io at run time', 'hub/flow/@.ts', "export const x = import('../io/b.ts')", PLUGIN],
  [
    'ui takes a value from flow',
    'ui/pages/@.tsx',
    "import { x } from '../../hub/flow/b.ts'\nexport const y = x",
    PLUGIN,
  ],
  ['domain reads Date.now', 'hub/domain/@.ts', 'export const at = Date.now()', GLOBALS],
  ['domain makes a Date', 'hub/domain/@.ts', 'export const at = new Date()', GLOBALS],
  ['domain goes round by globalThis', 'hub/domain/@.ts', 'export const at = globalThis.Date.now()', GLOBALS],
  ['domain starts a timer', 'hub/domain/@.ts', 'export const go = (f: () => void) => setTimeout(f, 1)', GLOBALS],
  ['domain reads the environment', 'hub/domain/@.ts', 'export const env = process.env', GLOBALS],
  ['domain fetches', 'hub/domain/@.ts', "export const go = () => fetch('http://a')", GLOBALS],
  ['domain reads Temporal.Now', 'hub/domain/@.ts', 'export const at = Temporal.Now.instant()', CLOCK],
  ['domain throws dice', 'hub/domain/@.ts', 'export const dice = () => Math.random()', CLOCK],
  ['domain has an async function', 'hub/domain/@.ts', 'export async function go(n: number) {\n  return n\n}', PLUGIN],
  ['domain has an async arrow', 'hub/domain/@.ts', 'export const go = async (n: number) => n', PLUGIN],
  ['codec reads the clock', 'hub/codec/@.ts', 'export const at = Date.now()', CLOCK],
  ['store reads the clock', 'hub/store/@.ts', 'export const at = Date.now()', CLOCK],
  ['flow reads the clock', 'hub/flow/@.ts', 'export const at = Date.now()', CLOCK],
  [
    'a promise nobody waits for',
    'hub/flow/@.ts',
    'async function work(): Promise<number> {\n  return 1\n}\nexport function go(): void {\n  work()\n}',
    'lint/nursery/noFloatingPromises',
  ],
  [
    'a switch that forgets a case',
    'hub/flow/@.ts',
    "export function f(k: 'on' | 'off'): void {\n  switch (k) {\n    case 'on':\n      break\n  }\n}",
    'lint/nursery/useExhaustiveSwitchCases',
  ],
  [
    'an import cycle, one way',
    'hub/domain/one.ts',
    "import { b } from './two.ts'\nexport const a = () => b",
    'lint/suspicious/noImportCycles',
  ],
  [
    'an import cycle, back',
    'hub/domain/two.ts',
    "import { a } from './one.ts'\nexport const b = () => a",
    'lint/suspicious/noImportCycles',
  ],
  ['an enum', 'hub/domain/@.ts', "export enum E {\n  A = 'a',\n}", 'lint/style/noEnum'],
  ['a default export', 'hub/domain/@.ts', 'export default 1', 'lint/style/noDefaultExport'],
  ['an any', 'ui/@.ts', 'export const f = (a: any) => a', 'lint/suspicious/noExplicitAny'],
  [
    'a barrel',
    'hub/domain/@.ts',
    "export { a } from './b.ts'\nexport { c } from './d.ts'",
    'lint/performance/noBarrelFile',
  ],
  [
    'a file of 301 lines',
    'hub/domain/@.ts',
    `export const a = [\n${'  1,\n'.repeat(299)}]`,
    'lint/style/noExcessiveLinesPerFile',
  ],
  [
    'a package nobody declared',
    'scripts/@.ts',
    "import { x } from 'left-pad'\nexport const y = x",
    'lint/correctness/noUndeclaredDependencies',
  ],
  [
    'a file name that is not kebab-case',
    'hub/domain/twoWords.ts',
    'export const a = 1',
    'lint/style/useFilenamingConvention',
  ],
]

// All of this is allowed; most of it lies a letter away from a fault above.
const CLEAN: Readonly<Record<string, string>> = {
  'hub/domain/one.ts': 'export const one = 1',
  'hub/domain/two.ts':
    "import { one } from './one.ts'\nexport const at = Temporal.Instant.fromEpochMilliseconds(one)\nexport const y = Math.max(one, 1)",
  'hub/domain/two.test.ts': "import { used } from '../store/open.ts'\nexport const all = [used, Date.now()]",
  'hub/codec/topics.ts': "import { one } from '../domain/one.ts'\nexport const topics = one",
  'hub/codec/profiles/meter.ts':
    "import { z } from 'zod'\nimport { one } from '../../domain/one.ts'\nimport { topics } from '../topics.ts'\nexport const used = [z, one, topics]",
  'hub/store/open.ts':
    "import { readFile } from 'node:fs/promises'\nimport { join } from 'node:path'\nimport Database from 'better-sqlite3'\nimport { Kysely } from 'kysely'\nimport { one } from '../domain/one.ts'\nexport const used = [readFile, join, Database, Kysely, one]",
  'hub/io/schedule.ts': "import { scheduleJob } from 'node-schedule'\nexport const used = scheduleJob",
  'hub/io/broker.ts':
    "import { Aedes } from 'aedes'\nexport const used = [Aedes, Date.now()]\nexport type Broker = Aedes",
  'hub/io/http.ts':
    "import { serve } from '@hono/node-server'\nimport { Hono } from 'hono'\nexport const used = [serve, Hono]",
  'hub/io/self-signed.ts':
    "import 'reflect-metadata'\nimport { X509Certificate } from '@peculiar/x509'\nexport const used = X509Certificate",
  'hub/io/mqtt.ts': "import { connect } from 'mqtt'\nexport const used = connect",
  'hub/flow/tick.ts':
    "import { topics } from '../codec/topics.ts'\nimport { one } from '../domain/one.ts'\nimport type { Broker } from '../io/broker.ts'\nimport { used } from '../store/open.ts'\nexport type { Broker } from '../io/broker.ts'\nexport const all = (broker: Broker) => [topics, one, used, broker]",
  'hub/cli/house.ts': "import { used } from '../store/open.ts'\nconsole.log(used)",
  'hub/demo/node.ts': "import { connect } from 'mqtt'\nexport const used = connect",
  'hub/main.ts':
    "import { App } from '../ui/pages/home.tsx'\nimport { all } from './flow/tick.ts'\nimport { used } from './io/http.ts'\nconsole.log(used, all, App)",
  'ui/pages/home.tsx':
    "import { one } from '../../hub/domain/one.ts'\nimport type { Broker } from '../../hub/flow/tick.ts'\nimport { used } from '../../hub/store/open.ts'\nexport const App = () => <p>{[one, ...used].length}</p>\nexport type Live = Broker",
  'sync/central/app.ts':
    "import { Hono } from 'hono'\nimport { one } from '../../hub/domain/one.ts'\nexport const used = [one, Hono]",
}

const IMPORT_FAULTS = Object.entries(FORBIDDEN_IMPORTS).flatMap(([file, sources]) =>
  sources.map(
    (source) =>
      [`${file} imports ${source}`, file, `import { x } from '${source}'\nexport const y = x`, IMPORTS] as const,
  ),
)
const PLANTS = [...IMPORT_FAULTS, ...FAULTS].map(([fault, file, code, rule], index) => {
  return { fault, file: file.replace('@', `fault-${index}`), code, rule }
})

const root = join(import.meta.dirname, '..')
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')

/** Per file, the names of the rules that found something in it. */
function lint(files: Readonly<Record<string, string>>): Map<string, string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'solar-family-layers-'))
  try {
    for (const own of ['biome.json', 'package.json', '.gitignore', 'scripts/lint']) {
      cpSync(join(root, own), join(folder, own), { recursive: true })
    }
    for (const [file, code] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), `${code}\n`)
    }
    const flags = ['lint', '--reporter=json', '--max-diagnostics=none']
    const run = spawnSync(process.execPath, [biome, ...flags], { cwd: folder, encoding: 'utf8' })
    const report = JSON.parse(run.stdout) as { diagnostics: { category: string; location: { path: string } }[] }
    const byFile = Object.groupBy(report.diagnostics, ({ location }) => location.path)
    return new Map(Object.entries(byFile).map(([file, all = []]) => [file, all.map(({ category }) => category)]))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('the linter', () => {
  let found = new Map<string, string[]>()
  beforeAll(() => {
    found = lint(Object.fromEntries(PLANTS.map(({ file, code }) => [file, code])))
  })

  it.each(PLANTS)('finds: $fault', ({ file, rule }) => {
    expect(found.get(file) ?? []).toContain(rule)
  })

  it('finds nothing in what is allowed', () => {
    expect(lint(CLEAN)).toEqual(new Map())
  })
})
