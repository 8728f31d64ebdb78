import type { Errors, FormError, Values } from '../models/admin.ts'

/** The texts of a form, trimmed, empty where the browser sent none. */
export function formValues<F extends string>(fields: readonly F[], body: Record<string, unknown>): Values<F> {
  const text = (field: F) => {
    const value = body[field]
    return typeof value === 'string' ? value.trim().slice(0, 1000) : ''
  }
  return Object.fromEntries(fields.map((field) => [field, text(field)])) as Values<F>
}

/** Reads the fields of a form one by one and collects what is wrong with them. */
export class FormReader<F extends string> {
  readonly #values: Values<F>
  readonly #errors: { [K in F]?: FormError } = {}

  constructor(values: Values<F>) {
    this.#values = values
  }

  get errors(): Errors<F> {
    return this.#errors
  }

  get isGood(): boolean {
    return Object.keys(this.#errors).length === 0
  }

  fail(field: F, error: FormError): void {
    this.#errors[field] ??= error
  }

  /** Comma or point; null when it is left empty and may be. */
  number(field: F, from: number, to: number, optional = false): number | null {
    const text = this.#values[field]
    if (text === '') {
      if (!optional) this.fail(field, 'vuoto')
      return null
    }
    const value = Number(text.replace(',', '.'))
    if (!Number.isFinite(value)) this.fail(field, 'numero')
    else if (value < from || value > to) this.fail(field, 'intervallo')
    return value
  }
}
