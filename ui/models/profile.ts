import type { Role } from '../view-models.ts'
import type { WishForm } from './notify.ts'

export const PROFILE_PROBLEMS = ['sbagliata', 'corta', 'diversa', 'troppi'] as const
export type ProfileProblem = (typeof PROFILE_PROBLEMS)[number]

export const PROFILE_NOTICES = ['password', 'visibile', 'nascosta', 'uscite', 'cancellati'] as const
export type ProfileNotice = (typeof PROFILE_NOTICES)[number]

export interface ProfilePage {
  readonly name: string
  readonly role: Role
  /** The reader's own house, where there is one. */
  readonly house: { readonly id: string; readonly name: string; readonly shown: boolean } | null
  readonly wish: WishForm
  readonly minLength: number
  /** What was just done. */
  readonly notice: ProfileNotice | null
  /** What was wrong with the last attempt, and in which form. */
  readonly problem: { readonly form: 'password' | 'cancella'; readonly code: ProfileProblem } | null
}
