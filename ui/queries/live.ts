import type { CommunityBalance } from '../../hub/domain/balance.ts'
import { communityBalance } from '../../hub/domain/balance.ts'
import type { Viewer } from '../../hub/domain/visibility.ts'
import { namesFor, viewBalance } from '../../hub/domain/visibility.ts'
import type { HubDeps } from '../deps.ts'

/** The whole community now, for nobody's eyes: what is shown goes through `liveBalance`. */
export function wholeBalance(deps: HubDeps): CommunityBalance {
  return communityBalance(deps.live.latestOf(deps.registry().houses.keys()), deps.now())
}

/** The names a viewer sees live figures under; houses that are silent do not count as company in `altri`. */
export function liveNames(deps: HubDeps, viewer: Viewer): ReadonlyMap<string, string> {
  const { houses } = deps.registry()
  return namesFor(viewer, [...houses.values()], new Set(wholeBalance(deps).withoutData))
}

/** The community now, as a viewer may see it. */
export function liveBalance(deps: HubDeps, viewer: Viewer): CommunityBalance {
  return viewBalance(wholeBalance(deps), liveNames(deps, viewer))
}
