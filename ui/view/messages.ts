import type { Language } from '../view-models.ts'
import { en } from './messages.en.ts'
import { it, type MessageKey } from './messages.it.ts'

type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never
type Values<Key extends MessageKey> = { readonly [Name in Placeholders<(typeof it)[Key]>]: string | number }
type Arguments<Key extends MessageKey> = [Placeholders<(typeof it)[Key]>] extends [never] ? [] : [values: Values<Key>]

/** Keys that come as `.one` and `.other`, without the ending. */
export type PluralKey = MessageKey extends infer Key ? (Key extends `${infer Base}.other` ? Base : never) : never

export interface Translator {
  <Key extends MessageKey>(key: Key, ...values: Arguments<Key>): string
  /** The form of `key` for `n`, which is also its placeholder {n}. */
  readonly count: (key: PluralKey, n: number, values?: { readonly [name: string]: string | number }) => string
}

const CATALOGUES: { readonly [L in Language]: { readonly [K in MessageKey]: string } } = { it, en }
const translators = new Map<Language, Translator>()

export function translator(language: Language): Translator {
  const found = translators.get(language) ?? makeTranslator(language)
  translators.set(language, found)
  return found
}

/** Whether a code made at run time, such as one of an alert, has a text. */
export function isMessage(key: string): key is MessageKey {
  return Object.hasOwn(it, key)
}

function makeTranslator(language: Language): Translator {
  const catalogue = CATALOGUES[language]
  const rules = new Intl.PluralRules(language)
  const translate = (key: MessageKey, values?: { readonly [name: string]: string | number }) =>
    fill(catalogue[key], values)
  const count = (key: PluralKey, n: number, values?: { readonly [name: string]: string | number }) =>
    translate(`${key}.${rules.select(n) === 'one' ? 'one' : 'other'}`, { n, ...values })
  return Object.assign(translate, { count }) as Translator
}

function fill(text: string, values: { readonly [name: string]: string | number } = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
