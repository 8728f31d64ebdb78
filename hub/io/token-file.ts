import { readFileSync, renameSync, writeFileSync } from 'node:fs'

/** The hub's name at its central, and the token that proves it. */
export interface Membership {
  readonly hub: string
  readonly token: string
}

/** What the file holds, "HUB TOKEN"; null where there is none, or nothing of the kind in it. */
export function readTokenFile(file: string): Membership | null {
  try {
    const [, hub, token] = /^(\S{1,32}) (\S{20,200})\s*$/.exec(readFileSync(file, 'utf8')) ?? []
    return hub && token ? { hub, token } : null
  } catch {
    return null
  }
}

/** Readable by its owner alone, whole or not at all. */
export function writeTokenFile(file: string, { hub, token }: Membership): void {
  const partial = `${file}.partial`
  writeFileSync(partial, `${hub} ${token}\n`, { mode: 0o600 })
  renameSync(partial, file)
}
