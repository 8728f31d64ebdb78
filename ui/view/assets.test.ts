import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import { expect, test } from 'vitest'
import { asset, assetFile, installAssets } from './assets.ts'
import { clientScript } from './client-script.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

test('every asset has a URL that holds the hash of its content', () => {
  installAssets(read)
  for (const name of ['style.css', 'app.js', 'icon.svg', 'manifest.webmanifest']) {
    expect(asset(name)).toMatch(new RegExp(`^/a/[0-9a-f]{12}/${name}$`))
    expect(assetFile(name)?.body.length).toBeGreaterThan(100)
  }
  expect(assetFile('other')).toBeNull()
  const before = asset('style.css')
  installAssets((path) => `${read(path)}/* changed */`)
  expect(asset('style.css')).not.toBe(before)
  installAssets(read)
})

test('the manifest points at the icon where it is served', () => {
  const manifest = JSON.parse(assetFile('manifest.webmanifest')?.body ?? '') as { icons: { src: string }[] }
  expect(manifest.icons.map((icon) => icon.src)).toEqual([asset('icon.svg')])
})

test('the style sheet loads nothing from elsewhere', () =>
  expect(assetFile('style.css')?.body).not.toMatch(/@import|url\(/))

test('the scripts are one well-formed file, htmx before its extension', () => {
  const script = clientScript(read)
  expect(() => new vm.Script(script)).not.toThrow()
  expect(script.indexOf('var htmx=')).toBe(0)
  expect(script.indexOf('registerExtension("sse"')).toBeGreaterThan(0)
  expect(script).not.toMatch(/sourceMappingURL/)
})
