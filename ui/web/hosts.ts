import { isIP } from 'node:net'

/**
 * Does the hub answer to this Host header? IP addresses, localhost, `*.local` and the configured names: a page from
 * elsewhere that has its own name point here (DNS rebinding) does not get in.
 */
export function isAllowedHost(header: string | undefined, allowed: readonly string[]): boolean {
  const name = hostName(header)
  if (name === null) return false
  return (
    name === 'localhost' || name.endsWith('.local') || isIP(name) !== 0 || allowed.some((a) => a.toLowerCase() === name)
  )
}

function hostName(header: string | undefined): string | null {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+))(?::\d{1,5})?$/.exec(header ?? '')
  return match ? (match[1] ?? match[2] ?? '').toLowerCase() : null
}
