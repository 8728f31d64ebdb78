import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import {
  batchSchema,
  enrolledSchema,
  enrolSchema,
  KINDS,
  LIMITS,
  PATHS,
  problemSchema,
  receiptSchema,
  tokenSchema,
} from './protocol.ts'

const text = readFileSync(new URL('../docs/sync.md', import.meta.url), 'utf8')

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  enrol: enrolSchema,
  enrolled: enrolledSchema,
  token: tokenSchema,
  batch: batchSchema,
  receipt: receiptSchema,
  problem: problemSchema,
}

const examples = [...text.matchAll(/```json (\w+)\n([\s\S]*?)```/g)].map(([, name = '', json = '']) => ({ name, json }))

test('every message has its example in the docs, and every example is one', () => {
  expect(examples.map(({ name }) => name).toSorted()).toEqual(Object.keys(SCHEMAS).toSorted())
  for (const { name, json } of examples) {
    const value: unknown = JSON.parse(json)
    const parsed = SCHEMAS[name]?.safeParse(value)
    expect(parsed?.error?.issues, name).toBeUndefined()
    expect(parsed?.data, `${name}: nothing in the example is unknown to the code`).toEqual(value)
  }
})

test('the docs name every path, kind and limit', () => {
  for (const path of [PATHS.enrol, PATHS.batches, PATHS.token]) expect(text).toContain(`\`POST ${path}\``)
  for (const kind of KINDS) expect(text).toContain(`| \`${kind}\` |`)
  expect(text).toContain(`${LIMITS.gzipBytes / 1024} KiB packed, ${LIMITS.jsonBytes / 1024 / 1024} MiB unpacked`)
  expect(text).toContain(`At most ${LIMITS.rows.toLocaleString('en')} rows`)
})

test('the example holds every kind of row', () => {
  const batch = batchSchema.parse(JSON.parse(examples.find(({ name }) => name === 'batch')?.json ?? ''))
  expect(new Set(batch.righe.map((row) => row.tipo))).toEqual(new Set(KINDS))
})
