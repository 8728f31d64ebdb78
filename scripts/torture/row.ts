/** One line of the result: what was tried, what was measured, and whether that is what must hold. */
export interface Row {
  readonly trial: string
  readonly what: string
  readonly measured: string
  readonly wanted: string
  readonly ok: boolean
}

/** Rows of one trial: `[what, measured, wanted, ok]` each. */
export function rows(
  trial: string,
  ...cells: readonly (readonly [what: string, measured: string | number, wanted: string, ok: boolean])[]
): Row[] {
  return cells.map(([what, measured, wanted, ok]) => ({ trial, what, measured: String(measured), wanted, ok }))
}

/** A trial that this machine has not got what it takes for. */
export class Missing extends Error {
  readonly debianPackage: string | null
  constructor(sentence: string, debianPackage: string | null = null) {
    super(sentence)
    this.name = 'Missing'
    this.debianPackage = debianPackage
  }
}
