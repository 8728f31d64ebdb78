import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { makeFolder } from './folder.ts'

const root = mkdtempSync(join(tmpdir(), 'solar-family-folder-'))
afterEach(() => rmSync(root, { recursive: true, force: true }))

it('makes what is missing, closed to others, and leaves what is there', () => {
  const deep = join(root, 'a', 'b')
  makeFolder(deep)
  makeFolder(deep)
  expect(statSync(deep).isDirectory()).toBe(true)
  expect(statSync(deep).mode & 0o007).toBe(0)
})

it('says what stands in its way', () => {
  makeFolder(root)
  writeFileSync(join(root, 'file'), '')
  expect(() => makeFolder(join(root, 'file'))).toThrow(/is a file, not a folder/)
  expect(() => makeFolder(join(root, 'file', 'deeper'))).toThrow(/is a file, not a folder/)
  expect(() => makeFolder('/proc/nowhere')).toThrow(/ENOENT|EACCES|EPERM/)
})
