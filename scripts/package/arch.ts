import { fileURLToPath } from 'node:url'

export const ARCHS = ['x64', 'arm64'] as const
/** A processor as Node calls it. */
export type Arch = (typeof ARCHS)[number]

/** The same as Debian calls it. */
export const DEBIAN_ARCH = { x64: 'amd64', arm64: 'arm64' } as const

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const CACHE = fileURLToPath(new URL('../../node_modules/.cache/package', import.meta.url))

/** The processors named on the command line, or all. */
export function archsOf(words: readonly string[]): readonly Arch[] {
  const unknown = words.find((word) => !ARCHS.some((arch) => arch === word))
  if (unknown !== undefined) throw new Error(`"${unknown}" is no processor: expected ${ARCHS.join(' or ')}`)
  return words.length === 0 ? ARCHS : ARCHS.filter((arch) => words.includes(arch))
}
