import { existsSync } from 'node:fs'
import { Missing } from './row.ts'

/** Libraries that are put before the system's, where Debian puts them. */
const PLACES = ['/usr/lib/x86_64-linux-gnu/', '/usr/lib/aarch64-linux-gnu/', '/usr/lib/']

/** Paths of a package's libraries, for LD_PRELOAD. */
export function preloaded(debianPackage: string, what: string, ...names: string[]): string {
  const paths = names.map((name) => PLACES.map((place) => place + name).find((path) => existsSync(path)))
  if (paths.some((path) => path === undefined)) throw new Missing(`${what} need ${debianPackage}`, debianPackage)
  return paths.join(':')
}
