import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readFlags } from '../scripts/firmware/avr.ts'

const ini = readIni(readFileSync(new URL('../firmware/platformio.ini', import.meta.url), 'utf8'))

test('PlatformIO builds with the flags of flags.json', () => {
  const flags = readFlags()
  const mega = ini.get(`env:${flags.board}`)
  expect(mega?.get('board')).toBe(flags.board)
  expect(mega?.get('build_flags')?.split(/\s+/)).toEqual(flags.common)
  const native = ini.get('env:native')?.get('build_flags')?.split(/\s+/)
  expect(native).toEqual(flags.native)
})

test('PlatformIO builds nothing but the framework and what is in this repository', () => {
  for (const [name, section] of ini) {
    for (const key of section.keys()) expect(`${name} ${key}`).not.toMatch(/lib_deps|lib_extra_dirs|extra_scripts/)
  }
  expect([...ini.keys()]).toEqual(['platformio', 'env', 'env:megaatmega2560', 'env:native'])
})

/** Sections of keys; indented lines go on with the value before them. */
function readIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>()
  let section = new Map<string, string>()
  let key = ''
  for (const line of text.split('\n')) {
    if (/^\s*(;|$)/.test(line)) continue
    const heading = /^\[(.+)\]$/.exec(line)?.[1]
    if (heading) {
      section = new Map()
      sections.set(heading, section)
    } else if (/^\s/.test(line)) {
      section.set(key, `${section.get(key) ?? ''} ${line.trim()}`.trim())
    } else {
      const [name = '', value = ''] = line.split(/\s*=\s*/, 2)
      key = name.trim()
      section.set(key, value.trim())
    }
  }
  return sections
}
