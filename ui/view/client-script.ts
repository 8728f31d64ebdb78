const PARTS = [
  'node_modules/htmx.org/dist/htmx.min.js',
  'node_modules/htmx.org/dist/ext/hx-sse.min.js',
  'ui/public/app.js',
]

/**
 * All scripts as one file: loaded as two, htmx sometimes starts before its extension is there and never connects.
 * The extension needs the global htmx, so htmx comes first.
 */
export function clientScript(read: (path: string) => string): string {
  return `${PARTS.map((path) =>
    read(path)
      .replace(/\n?\/\/# sourceMappingURL=.*$/m, '')
      .trimEnd(),
  ).join(';\n')}\n`
}
