import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { BuildOptions, Message } from 'esbuild'
import { build } from 'esbuild'

// `npm run build`: the whole program as one file, build/solar-family.cjs, that runs with Node alone: `node build/solar-family.cjs hub`.
// hub/bundled.ts says what it carries and how that is found. `-- --arch arm64` takes the native add-ons of another processor.

const ROOT = fileURLToPath(new URL('../', import.meta.url))

/** Files that the program reads as texts while it runs; folders whole. */
const TEXTS = [
  'package.json',
  'hub/release-keys.pem',
  'ui/public',
  'node_modules/htmx.org/dist/htmx.min.js',
  'node_modules/htmx.org/dist/ext/hx-sse.min.js',
]
const THREADS = ['thread-worker', 'chore-worker']

const arch = argument('--arch') ?? process.arch
const out = join(
  ROOT,
  argument('--out') ?? (arch === process.arch ? 'build/solar-family.cjs' : `build/solar-family-${arch}.cjs`),
)

const ADDONS: Readonly<Record<string, string>> = {
  better_sqlite3: `node_modules/better-sqlite3/prebuilds/linux-${arch}.node`,
  serialport: `node_modules/@serialport/bindings-cpp/prebuilds/linux-${arch}/@serialport+bindings-cpp.${arch === 'arm64' ? 'armv8.' : ''}glibc.node`,
}

const COMMON = {
  bundle: true,
  platform: 'node',
  target: 'node26',
  format: 'cjs',
  write: false,
  minify: true,
  keepNames: true,
  legalComments: 'none',
  jsx: 'automatic',
  jsxImportSource: 'hono/jsx',
  logLevel: 'silent',
  absWorkingDir: ROOT,
  // Reached by no path: mqtt.js for browsers, and what pg would use if it were there.
  external: ['pg-native'],
  plugins: [
    {
      name: 'native add-ons',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^node-gyp-build$/ }, () => ({ path: 'serialport', namespace: 'addon' }))
        onResolve({ filter: /^\.\/binding$/ }, ({ importer }) =>
          importer.includes('/better-sqlite3/') ? { path: 'better_sqlite3', namespace: 'addon' } : null,
        )
        onLoad({ filter: /.*/, namespace: 'addon' }, ({ path: name }) => ({
          contents: [
            `import { addon } from ${JSON.stringify(join(ROOT, 'hub/bundled.ts'))}`,
            'let loaded',
            `const load = () => (loaded ??= addon(${JSON.stringify(name)}))`,
            name === 'serialport' ? 'module.exports = load' : 'module.exports = { getBinding: load }',
          ].join('\n'),
          resolveDir: ROOT,
        }))
      },
    },
  ],
} as const satisfies BuildOptions

const assets: Record<string, { sha256: string; gz: string }> = {}
for (const file of TEXTS.flatMap(filesOf)) add(file, file === 'package.json' ? about() : readFileSync(join(ROOT, file)))
for (const [name, file] of Object.entries(ADDONS)) add(`addon:${name}`, readFileSync(join(ROOT, file)))
for (const name of THREADS) add(`thread:${name}`, await bundled(`hub/store/${name}.ts`))
const program = await bundled('hub/main.ts')
mkdirSync(join(out, '..'), { recursive: true })
writeFileSync(out, `globalThis.SOLAR_FAMILY_ASSETS=${JSON.stringify(assets)};\n${program.toString('utf8')}`)
process.stdout.write(`${relative(process.cwd(), out)}: ${(statSync(out).size / 1e6).toFixed(1)} MB\n`)

/** What the program needs to know of itself; `--program-version` makes one that is to be another version, to try updates with. */
function about(): Buffer {
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, unknown>
  return Buffer.from(JSON.stringify({ name, version: argument('--program-version') ?? version }))
}

async function bundled(entry: string): Promise<Buffer> {
  const { outputFiles, warnings } = await build({ ...COMMON, entryPoints: [entry] })
  const problems = warnings.filter((warning) => !isExpected(warning))
  if (problems.length > 0)
    throw new Error(problems.map(({ text, location }) => `${location?.file}:${location?.line}: ${text}`).join('\n'))
  return Buffer.from(outputFiles[0]?.contents ?? [])
}

/** Only hub/bundled.ts may look at where it lies: it does so when there is no bundle. */
function isExpected({ id, location }: Message): boolean {
  return id === 'empty-import-meta' && location?.file === 'hub/bundled.ts'
}

function add(name: string, content: Buffer): void {
  const gz = gzipSync(content, { level: 9 })
  // The byte of the operating system, which would differ from one to the other.
  gz[9] = 0xff
  assets[name] = { sha256: createHash('sha256').update(content).digest('hex'), gz: gz.toString('base64') }
}

function filesOf(path: string): string[] {
  if (!statSync(join(ROOT, path)).isDirectory()) return [path]
  return readdirSync(join(ROOT, path), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name }) => filesOf(`${path}/${name}`))
}

function argument(name: string): string | undefined {
  const at = process.argv.indexOf(name)
  return at < 0 ? undefined : process.argv[at + 1]
}
