// Node strips the types of .ts but does not load .tsx: this hook compiles those, and loads esbuild only for the first.
import { readFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
let idle = null

registerHooks({
  load(url, context, nextLoad) {
    if (!url.endsWith('.tsx')) return nextLoad(url, context)
    const sourcefile = fileURLToPath(url)
    const esbuild = require('esbuild')
    // Its helper process is not left running beside a hub: pages are all loaded at start.
    clearTimeout(idle)
    idle = setTimeout(() => esbuild.stop(), 1000).unref()
    const { code } = esbuild.transformSync(readFileSync(sourcefile, 'utf8'), {
      sourcefile,
      loader: 'tsx',
      format: 'esm',
      target: 'node26',
      jsx: 'automatic',
      jsxImportSource: 'hono/jsx',
      sourcemap: 'inline',
    })
    return { format: 'module', source: code, shortCircuit: true }
  },
})
