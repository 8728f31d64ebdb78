import { statSync } from 'node:fs'

/** The part of `process` that changes who we are. */
export interface Identity {
  readonly getuid?: () => number
  readonly initgroups?: (user: number, group: number) => void
  readonly setgroups?: (groups: readonly number[]) => void
  readonly setgid?: (group: number) => void
  readonly setuid?: (user: number) => void
}

/**
 * Run as root on a data folder that belongs to somebody else (the service), become that user for good: what root
 * wrote there the service could not. Says whom we became, null when we stayed who we were.
 */
export function becomeOwnerOf(folder: string, me: Identity = process as Identity): { uid: number; gid: number } | null {
  if (me.getuid?.() !== 0) return null
  const owner = statSync(folder, { throwIfNoEntry: false })
  if (!owner || owner.uid === 0) return null
  const { uid, gid } = owner
  try {
    me.initgroups?.(uid, gid)
  } catch {
    // The owner is not in the user database: it has no further groups.
    me.setgroups?.([gid])
  }
  me.setgid?.(gid)
  me.setuid?.(uid)
  return { uid, gid }
}
