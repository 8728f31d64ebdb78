import type { Reader } from '../view-models.ts'
import { type Format, formatFor } from './format.ts'
import { type Translator, translator } from './messages.ts'

/** What every component needs: who reads, the texts and the number formats of their language. */
export interface View {
  readonly reader: Reader
  readonly t: Translator
  readonly f: Format
}

export function viewFor(reader: Reader): View {
  return { reader, t: translator(reader.language), f: formatFor(reader.language, reader.zone) }
}

/** Class names joined, leaving out what does not apply. */
export function classes(...names: readonly (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(' ')
}
