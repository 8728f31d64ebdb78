import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BuildOptions, Message } from 'esbuild'
import { build } from 'esbuild'
import type { Arch } from './arch.ts'
import { ROOT } from './arch.ts'

/** Files that the program reads as texts while it runs; folders whole. */
const TEXTS = [
  'hub/release-keys.pem',
  'ui/public',
  'node_modules/htmx.org/dist/htmx.min.js',
  'node_modules/htmx.org/dist/ext/hx-sse.min.js',
]
const THREADS = ['thread-worker', 'chore-worker']

/** Native add-ons: builds for both processors come with their packages. */
const addonsOf = (arch: Arch): Readonly<Record<string, string>> => ({
  better_sqlite3: `node_modules/better-sqlite3/prebuilds/linux-${arch}.node`,
  serialport: `node_modules/@serialport/bindings-cpp/prebuilds/linux-${arch}/@serialport+bindings-cpp.${arch === 'arm64' ? 'armv8.' : ''}glibc.node`,
})

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

/** The program in few files: its code, and what it reads while it runs (hub/bundled.ts). */
export interface Bundle {
  /** A file beside the assets. */
  readonly main: string
  /** Names the program asks for, and files. */
  readonly assets: Readonly<Record<string, string>>
}

/** Bundles the program for a processor into an empty folder. */
export async function makeBundle(arch: Arch, version: string, folder: string): Promise<Bundle> {
  const assets: Record<string, string> = {}
  const put = (name: string, content: string | Uint8Array) => {
    const file = join(folder, `${Object.keys(assets).length}.asset`)
    writeFileSync(file, content)
    assets[name] = file
  }
  // What the program needs to know of itself.
  put('package.json', JSON.stringify({ name: 'solar-family', version }))
  for (const name of THREADS) put(`thread:${name}`, await bundled(`hub/store/${name}.ts`))
  for (const file of TEXTS.flatMap(filesOf)) assets[file] = join(ROOT, file)
  for (const [name, file] of Object.entries(addonsOf(arch))) assets[`addon:${name}`] = join(ROOT, file)
  writeFileSync(join(folder, 'solar-family.cjs'), await bundled('hub/main.ts'))
  return { main: 'solar-family.cjs', assets }
}

async function bundled(entry: string): Promise<Uint8Array> {
  const { outputFiles, warnings } = await build({ ...COMMON, entryPoints: [entry] })
  const problems = warnings.filter((warning) => !isExpected(warning))
  if (problems.length > 0)
    throw new Error(problems.map(({ text, location }) => `${location?.file}:${location?.line}: ${text}`).join('\n'))
  return outputFiles[0]?.contents ?? new Uint8Array()
}

/** Only hub/bundled.ts may look at where it lies: it does so when there is no bundle. */
function isExpected({ id, location }: Message): boolean {
  return id === 'empty-import-meta' && location?.file === 'hub/bundled.ts'
}

function filesOf(path: string): string[] {
  if (!statSync(join(ROOT, path)).isDirectory()) return [path]
  return readdirSync(join(ROOT, path), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name }) => filesOf(`${path}/${name}`))
}
