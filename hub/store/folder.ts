import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it, for its owner and group; throws what the file system says. One level at a time:
 * where a folder exists but takes nothing in (`/proc`), Node's own recursive way does not end.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) {
    if (statSync(path).isDirectory()) return
    throw Object.assign(new Error(`${path} is a file, not a folder`), { code: 'ENOTDIR', path })
  }
  const parent = dirname(path)
  if (parent !== path) makeFolder(parent)
  mkdirSync(path, { mode: 0o750 })
}
