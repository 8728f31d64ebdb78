import { readFileSync } from 'node:fs'
import { parse, TomlError } from 'smol-toml'
import type { Result } from './domain/result.ts'
import { fail, ok } from './domain/result.ts'

export interface FileValue {
  readonly key: string
  readonly value: unknown
  readonly origin: string
}

/** The keys of a configuration file as they are written there; `isKey` tells a table that is a value from a section. */
export function readConfigFile(file: string, isKey: (name: string) => boolean): Result<FileValue[], readonly string[]> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'you may not read it' : String(code)
    return fail([`${file}: the configuration cannot be read: ${why}.`])
  }
  try {
    return ok([...flatten(parse(text), '', { file, isKey })])
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const what = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '')
    return fail([
      `${file}, line ${error.line}, column ${error.column}: not valid TOML: ${what}. A line reads: http.port = 8080`,
    ])
  }
}

function* flatten(
  table: object,
  prefix: string,
  source: { file: string; isKey: (name: string) => boolean },
): Generator<FileValue> {
  for (const [name, value] of Object.entries(table)) {
    const key = `${prefix}${name}`
    const isSection = typeof value === 'object' && value !== null && !(value instanceof Date) && !Array.isArray(value)
    if (isSection && !source.isKey(key)) yield* flatten(value, `${key}.`, source)
    else yield { key, value, origin: source.file }
  }
}
