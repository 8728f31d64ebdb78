import { expect, it } from 'vitest'
import { licenceList, notesOf } from './papers.ts'

it('takes the notes of a version from the changelog, or what is not released yet', () => {
  const changelog = '# Changelog\n\n## Unreleased\n\n- c\n\n## 0.2.0, 2026-12-01\n\n- b\n\n## 0.1.0\n\n- a\n'
  expect(notesOf(changelog, '0.2.0')).toBe('- b\n')
  expect(notesOf(changelog, '0.3.0')).toBe('- c\n')
  expect(() => notesOf('# Changelog\n', '0.1.0')).toThrow('no section')
})

it('names what is inside with its licence, and nothing that only builds it', () => {
  const list = licenceList('.')
  expect(list).toMatch(/^better-sqlite3 \S+: MIT$/m)
  expect(list).toMatch(/^node-linux-(x64|arm64) \S+: MIT$/m)
  expect(list).not.toMatch(/^vitest /m)
})
