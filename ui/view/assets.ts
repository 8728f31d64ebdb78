import { createHash } from 'node:crypto'
import { clientScript } from './client-script.ts'

/** A file the browser loads, under a URL that changes with its content: it may be cached for ever. */
export interface AssetFile {
  readonly url: string
  readonly type: string
  readonly body: string
}

/** Reads a text file by its path from the project's root. A build with everything in memory gives its own. */
export type ReadText = (path: string) => string

const PUBLIC = 'ui/public'
/** The style sheet's parts, in the order in which they count. */
const STYLES = [
  'colours',
  'base',
  'frame',
  'controls',
  'cards',
  'lists',
  'loads',
  'charts',
  'history',
  'forecast',
  'admin',
  'kiosk',
  'media',
]
let installed: ReadonlyMap<string, AssetFile> = new Map()

/** Reads all assets once, at start. */
export function installAssets(read: ReadText): void {
  const files = new Map<string, AssetFile>()
  const add = (name: string, type: string, body: string) =>
    files.set(name, { url: `/a/${hash(body)}/${name}`, type, body })
  add('style.css', 'text/css; charset=utf-8', STYLES.map((part) => read(`${PUBLIC}/style/${part}.css`)).join('\n'))
  add('app.js', 'text/javascript; charset=utf-8', clientScript(read))
  const icon = add('icon.svg', 'image/svg+xml', read(`${PUBLIC}/icon.svg`)).get('icon.svg')
  const manifest = read(`${PUBLIC}/manifest.webmanifest`).replaceAll('icon.svg', icon?.url ?? 'icon.svg')
  add('manifest.webmanifest', 'application/manifest+json', manifest)
  installed = files
}

/** The URL of an asset for use in a page. */
export function asset(name: string): string {
  return installed.get(name)?.url ?? `/a/0/${name}`
}

/** The file behind `/a/<hash>/<name>`, or null. An old hash gets the present file: its page is about to be replaced. */
export function assetFile(name: string): AssetFile | null {
  return installed.get(name) ?? null
}

function hash(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 12)
}
