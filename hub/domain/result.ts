/** Expected failure is a value. `E` says what was wrong in words or codes; throwing is for our own faults. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E }

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

export function fail<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error }
}

/** One wrong field of an input, in the words that cross the boundary: which, what it held, what would be right. */
export interface FieldError {
  readonly campo: string
  readonly valore: unknown
  readonly atteso: string
}
