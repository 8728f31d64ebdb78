import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { mqttReference } from '../scripts/mqtt-reference.ts'
import { MQTT_REFERENCE, REFERENCE, reference } from '../scripts/reference.ts'

// The project's papers speak of files, of each other and of tests: all of them are there.

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const PAPERS = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
]

it.each(PAPERS)('%s leads nowhere that is not there', (paper) => {
  const text = readFileSync(join(ROOT, paper), 'utf8')
  const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map((m) => m[1] ?? '')
  const broken = links.filter((link) => {
    const [path = '', anchor] = link.split('#')
    const file = path === '' ? join(ROOT, paper) : join(ROOT, dirname(paper), path)
    return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor))
  })
  expect(broken).toEqual([])
})

it('SECURITY.md says how to report a fault, and names a test that exists for every provision', () => {
  const text = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')
  expect(text).toContain('report a vulnerability privately')
  const provisions = [...text.matchAll(/^\| (\d+(?:\.\d+)?) [^|]+\|[^|]+\|([^|]+)\|$/gm)]
  expect(provisions.map((m) => m[1])).toEqual([...Array.from({ length: 13 }, (_, i) => `5.${i + 1}`), '6'])
  for (const [, provision, cell = ''] of provisions) {
    const tests = [...cell.matchAll(/`([^`]+)`/g)].map((m) => m[1] ?? '')
    expect(tests.length, provision).toBeGreaterThan(0)
    expect(tests.filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
  }
})

it('docs/api.md is what the schemas say: `npm run reference` makes it anew', () => {
  expect(readFileSync(REFERENCE, 'utf8')).toBe(reference())
})

it('docs/mqtt.md is what decoders and encoders say: `npm run reference` makes it anew', async () => {
  expect(readFileSync(MQTT_REFERENCE, 'utf8')).toBe(await mqttReference())
})

/** As GitHub makes them of headings. */
function anchorsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
