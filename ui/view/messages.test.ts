import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { PROBLEMS } from '../../hub/domain/problem.ts'
import { HEALTH_REASONS } from '../../hub/flow/health.ts'
import { en } from './messages.en.ts'
import { it } from './messages.it.ts'
import { isMessage, translator } from './messages.ts'

const keys = Object.keys(it) as (keyof typeof it)[]
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

describe('catalogues', () => {
  test('have the same keys', () => expect(Object.keys(en).sort()).toEqual([...keys].sort()))
  test.each(keys)('%s has the same placeholders in both', (key) => {
    expect(placeholders(en[key])).toEqual(placeholders(it[key]))
    expect(it[key].trim()).not.toBe('')
    expect(en[key].trim()).not.toBe('')
  })
  test.each(HEALTH_REASONS)('say what it means that the hub is unwell by %s', (reason) =>
    expect(keys).toContain(`degraded.${reason}`),
  )
  test.each(Object.keys(PROBLEMS))('say what would be right: %s', (code) => expect(keys).toContain(`problem.${code}`))
  test('hold no text that nobody shows', () => {
    const root = new URL('..', import.meta.url).pathname
    const files = globSync('**/*.{ts,tsx}', { cwd: root }).filter(
      (file) => !/messages\.(it|en)\.ts$|\.test\.tsx?$/.test(file),
    )
    const sources = files.map((file) => readFileSync(`${root}/${file}`, 'utf8')).join('\n')
    // A key is used as it is, without its plural ending, or with a code in its middle or at its end.
    const templates = [...sources.matchAll(/t?\(?`([a-zA-Z]+\.[^`]*\$\{[^`]*)`/g)].map(
      (match) => new RegExp(`^${(match[1] ?? '').replaceAll('.', '\\.').replace(/\$\{[^}]*\}/g, '[^.]+')}$`),
    )
    const unused = keys.filter((key) => {
      const names = [key, key.replace(/\.(one|other)$/, '')]
      return !names.some((name) => sources.includes(`'${name}'`)) && !templates.some((template) => template.test(key))
    })
    expect(unused).toEqual([])
  })
})

describe('translator', () => {
  test('fills placeholders and chooses the plural', () => {
    const t = translator('it')
    expect(t('flow.you', { name: 'casa_01' })).toBe('casa_01 (tu)')
    expect(t.count('community.houses', 1)).toBe('1 casa')
    expect(t.count('community.houses', 12)).toBe('12 case')
    expect(translator('en').count('community.houses', 0)).toBe('0 houses')
    expect(t.count('community.withoutData', 2, { names: 'a, b' })).toBe('Senza dati recenti, escluse dal conto: a, b.')
  })
  test('knows which codes have a text', () => {
    expect(isMessage('degraded.storage')).toBe(true)
    expect(isMessage('degraded.unheard-of')).toBe(false)
    expect(isMessage('toString')).toBe(false)
  })
})
