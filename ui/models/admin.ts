import type { House } from '../../hub/domain/house.ts'
import type { Role } from '../view-models.ts'

/** What can be wrong with a field that a person filled in. */
export const FORM_ERRORS = ['vuoto', 'lungo', 'numero', 'intervallo', 'id', 'esiste', 'nome', 'casa', 'giorno'] as const
export type FormError = (typeof FORM_ERRORS)[number]

export type Values<F extends string> = { readonly [K in F]: string }
export type Errors<F extends string> = { readonly [K in F]?: FormError }

/** Fields of the form of a house, by their names in it. */
export const HOUSE_FIELDS = ['id', 'nome', 'picco', 'inclinazione', 'orientamento', 'limite'] as const
export type HouseField = (typeof HOUSE_FIELDS)[number]

export interface HousesPage {
  readonly houses: readonly (House & { readonly residents: readonly string[] })[]
  readonly values: Values<HouseField>
  readonly errors: Errors<HouseField>
  /** The house whose form this is; null = a new one. */
  readonly editing: string | null
  readonly saved: boolean
}

export const PERSON_FIELDS = ['nome', 'ruolo', 'casa'] as const
export type PersonField = (typeof PERSON_FIELDS)[number]

export interface PeoplePage {
  readonly people: readonly { readonly name: string; readonly role: Role; readonly house: string | null }[]
  readonly tokens: readonly {
    readonly id: number
    readonly role: string
    readonly house: string | null
    readonly createdAt: number
  }[]
  readonly tokenRoles: readonly string[]
  readonly houses: readonly string[]
  readonly self: string
  readonly values: Values<PersonField>
  readonly errors: Errors<PersonField>
  readonly saved: boolean
}

/** Something that is shown this once and kept nowhere. */
export interface SecretPage {
  readonly kind: 'chiave' | 'password' | 'token' | 'abbina'
  /** Whose it is. */
  readonly of: string
  readonly secret: string
  /** For a pairing code: the address that a phone opens. */
  readonly address: string | null
  readonly back: string
}

export interface AuditEntry {
  readonly id: number
  readonly at: number
  readonly who: string
  readonly what: string
  readonly detail: string
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[]
  /** Id to go on from, or null at the end. */
  readonly older: number | null
}

export interface PairPage {
  readonly code: string
  readonly problem: 'sbagliato' | 'troppi' | null
}
