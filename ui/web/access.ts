import type { Viewer } from '../../hub/domain/visibility.ts'
import type { TokenRole, UserRole } from '../../hub/store/people.ts'

/** Who asks: a signed-in person, a token, a house by its node key, or nobody we know. */
export type Principal =
  | { readonly kind: 'person'; readonly name: string; readonly role: UserRole; readonly house: string | null }
  | { readonly kind: 'token'; readonly role: TokenRole; readonly house: string | null }
  | { readonly kind: 'house'; readonly house: string }
  | { readonly kind: 'nobody' }

/** What a route may ask for: anybody, or one of these. `house` = a node with its own key. */
export type Access = 'anybody' | readonly (UserRole | TokenRole | 'house')[]

export type Admission = 'granted' | 'unknown' | 'forbidden'

/** May this principal use a route? `unknown` = sign in first. */
export function admit(access: Access, principal: Principal): Admission {
  if (access === 'anybody') return 'granted'
  if (principal.kind === 'nobody') return 'unknown'
  const as = principal.kind === 'house' ? 'house' : principal.role
  return access.includes(as) ? 'granted' : 'forbidden'
}

/** Residents see their own house and what neighbours agreed to; the others who may look see all. */
export function viewerOf(principal: Principal): Viewer {
  if (principal.kind === 'person' && principal.role === 'resident')
    return { kind: 'resident', house: principal.house ?? '' }
  return { kind: 'all' }
}

/** Houses a principal may look at one by one: null = all of them. */
export function ownHouse(principal: Principal): string | null {
  const viewer = viewerOf(principal)
  return viewer.kind === 'resident' ? viewer.house : null
}
