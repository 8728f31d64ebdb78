import type { HubHealth, ProgramFolder } from '../io/program-folder.ts'

/** The versions on this machine. Every change is complete or has not happened, whenever the power goes. */
export type ProgramVersions = Pick<ProgramFolder, 'current' | 'previous' | 'pending' | 'link' | 'setPending' | 'prune'>

export interface UpdateTools {
  readonly versions: ProgramVersions
  readonly health: () => Promise<HubHealth>
  /** Stops and starts the hub; whether it came up is what `health` says. */
  readonly restart: () => Promise<void>
  readonly now: () => number
  readonly pause: (ms: number) => Promise<void>
}

/** `kept` without judging where no hub was running. */
export type Outcome = 'kept' | 'kept-unjudged' | 'rolled-back' | 'nothing'

export const HEALTHY_WITHIN_MS = 60_000
const LOOK_EVERY_MS = 1000

/** Makes a version that is in its place the one that runs, and goes back where it is not well within a minute. */
export async function changeOver(tools: UpdateTools, to: string): Promise<Outcome> {
  const { versions } = tools
  const from = versions.current
  if (from === null) {
    versions.link('current', to)
    return 'kept-unjudged'
  }
  const before = await tools.health()
  versions.link('previous', from)
  versions.setPending({ from, to, before })
  versions.link('current', to)
  if (before !== 'stopped') await tools.restart()
  return settle(tools)
}

/** Ends a change of version: after it, or at the next start of the machine where the power went in between. */
export async function settle(tools: UpdateTools): Promise<Outcome> {
  const { versions } = tools
  const { pending } = versions
  if (pending === null) return 'nothing'
  if (versions.current !== pending.to) {
    versions.setPending(null)
    return 'rolled-back'
  }
  if (pending.before === 'stopped' || (await isWellInTime(tools, pending.before))) {
    versions.setPending(null)
    versions.prune()
    return pending.before === 'stopped' ? 'kept-unjudged' : 'kept'
  }
  versions.link('current', pending.from)
  await tools.restart()
  versions.setPending(null)
  return 'rolled-back'
}

/** A hub that was ill before need not be well now: that it answers is as much as before. */
async function isWellInTime(tools: UpdateTools, before: HubHealth): Promise<boolean> {
  const enough: readonly HubHealth[] = before === 'well' ? ['well'] : ['well', 'degraded']
  const end = tools.now() + HEALTHY_WITHIN_MS
  for (;;) {
    if (enough.includes(await tools.health())) return true
    if (tools.now() >= end) return false
    await tools.pause(LOOK_EVERY_MS)
  }
}
