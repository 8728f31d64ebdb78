import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openApi } from '../ui/api/openapi.ts'
import { mqttReference } from './mqtt-reference.ts'

// `npm run reference`: docs/api.md from the schemas that the hub answers by, docs/mqtt.md from its decoders. A test holds each together.

export const REFERENCE = fileURLToPath(new URL('../docs/api.md', import.meta.url))
export const MQTT_REFERENCE = fileURLToPath(new URL('../docs/mqtt.md', import.meta.url))

interface Schema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly additionalProperties?: Schema | boolean
}

interface Operation {
  readonly summary: string
  readonly security?: readonly unknown[]
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description?: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
  readonly responses: Readonly<
    Record<
      string,
      { readonly description: string; readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }
    >
  >
}

/** The reference as Markdown. */
export function reference(): string {
  const { paths } = openApi('') as { paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }
  const parts = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(`${method.toUpperCase()} ${path}`, operation)),
  )
  return [
    '# API',
    '',
    'Made by `npm run reference` from the schemas the hub answers by; the same as `GET /api/openapi.json`. Every path works with and without a trailing slash; power in W, energy in Wh, time in UTC.',
    'Tokens: `solar-family token create --role ROLE`, sent as `Authorization: Bearer …`. What the fields mean beyond this is in [interfaces.md](interfaces.md).',
    '',
    ...parts,
  ].join('\n')
}

function section(title: string, { summary, parameters = [], requestBody, responses, security }: Operation): string {
  const lines = [`## ${title}`, '', `${summary}.${security?.length === 0 ? ' Needs no token.' : ''}`, '']
  if (parameters.length > 0)
    lines.push(
      ...table(parameters.map(({ name, in: where, description = '' }) => [`\`${name}\``, where, description])),
      '',
    )
  for (const { schema } of Object.values(requestBody?.content ?? {})) lines.push('Body:', '', ...fieldsOf(schema), '')
  for (const [status, { content = {} }] of Object.entries(responses)) {
    if (!status.startsWith('2')) continue
    for (const [media, { schema }] of Object.entries(content))
      lines.push(`${status}, \`${media}\`:`, '', ...(media === 'application/json' ? fieldsOf(schema) : ['Text.']), '')
  }
  const problems = Object.entries(responses).filter(([status]) => !status.startsWith('2'))
  if (problems.length > 0)
    lines.push(problems.map(([status, { description }]) => `${status}: ${description}`).join(' · '), '')
  return lines.join('\n')
}

function table(rows: readonly (readonly string[])[]): string[] {
  const cells = (row: readonly string[]) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return ['| | | |', '|---|---|---|', ...rows.map(cells)]
}

/** One row a field; what lies inside is told by dots and `[]`. */
function fieldsOf(schema: Schema): string[] {
  const rows: string[][] = []
  const walk = (own: Schema, name: string, needed: boolean): void => {
    const parts = own.anyOf ? own.anyOf.filter((part) => part.type !== 'null') : [own]
    const nullable = own.anyOf?.some((part) => part.type === 'null') ?? false
    const [only] = parts
    if (name !== '' || !(only?.properties || only?.items))
      rows.push([
        name === '' ? 'the value' : `\`${name}\``,
        `${typeOf(parts)}${nullable ? ' or null' : ''}${needed ? '' : ', optional'}`,
        own.description ?? '',
      ])
    for (const part of parts) {
      for (const [key, value] of Object.entries(part.properties ?? {}))
        walk(value, name === '' ? key : `${name}.${key}`, part.required?.includes(key) ?? false)
      if (part.items && (part.items.properties || part.items.anyOf)) {
        for (const item of part.items.anyOf ?? [part.items])
          for (const [key, value] of Object.entries(item.properties ?? {}))
            walk(value, `${name}[].${key}`, item.required?.includes(key) ?? false)
      }
    }
  }
  walk(schema, '', true)
  return table(rows)
}

function typeOf(parts: readonly Schema[]): string {
  const names = parts.map(({ type, enum: values, format, items }) => {
    if (values) return values.map((value) => `\`${String(value)}\``).join(' ')
    if (items) return `list of ${typeOf([items])}`
    return [type].flat().join(' or ') + (format ? ` (${format})` : '') || 'anything'
  })
  return [...new Set(names)].join(' or ')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, text] of [
    [REFERENCE, reference()],
    [MQTT_REFERENCE, await mqttReference()],
  ] as const) {
    const before = readFileSync(file, { encoding: 'utf8', flag: 'a+' })
    writeFileSync(file, text)
    process.stdout.write(`docs/${basename(file)} is ${before === text ? 'as it was' : 'new'}.\n`)
  }
}
