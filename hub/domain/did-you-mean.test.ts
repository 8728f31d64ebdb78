import { expect, it } from 'vitest'
import { closestWord } from './did-you-mean.ts'

const KNOWN = ['house', 'user', 'token', 'http.port', 'mqtt.port', 'data_dir']

it.each([
  ['hose', 'house'],
  ['Hosue', 'house'],
  ['http.prot', 'http.port'],
  ['datadir', 'data_dir'],
  ['tokn', 'token'],
  ['zebra', null],
  ['', null],
])('%s -> %s', (word, meant) => {
  expect(closestWord(word, KNOWN)).toBe(meant)
})
