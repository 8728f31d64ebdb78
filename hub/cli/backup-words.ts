/** How `backup`, `restore` and `doctor` speak of sizes and contents. */

/** Worked value: 1234567 -> "1.2 MB". */
export function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}

const SHOWN: readonly (readonly [table: string, words: string])[] = [
  ['house', 'houses'],
  ['user', 'people'],
  ['token', 'tokens'],
  ['alert', 'alerts'],
  ['reading', 'raw readings'],
  ['interval', 'intervals'],
  ['slot', 'slots'],
]

/** What a database holds, in the words of an operator: "12 houses, 5 people, 3 tokens, 0 alerts". */
export function rowsOf({ rows }: { readonly rows: Readonly<Record<string, number>> }): string {
  return SHOWN.flatMap(([table, words]) =>
    rows[table] === undefined ? [] : [`${rows[table].toLocaleString('en-US')} ${words}`],
  ).join(', ')
}
