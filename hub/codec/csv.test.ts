import { describe, expect, it } from 'vitest'
import { CsvFormatError, parseNumber, readCsv } from './csv.ts'

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

async function read(...texts: string[]) {
  const { columns, decimalComma, rows } = await readCsv(chunks(...texts))
  const all = []
  for await (const batch of rows) all.push(...batch.map(({ line, cells }) => [line, ...cells]))
  return { columns, decimalComma, rows: all }
}

describe('readCsv', () => {
  it.each([
    [
      'plain',
      ['a,b\n1,2\n3,4\n'],
      ['a', 'b'],
      [
        [2, '1', '2'],
        [3, '3', '4'],
      ],
    ],
    ['without a last line end', ['a,b\n1,2'], ['a', 'b'], [[2, '1', '2']]],
    ['from Windows, with a byte order mark', ['\ufeffa,b\r\n1,2\r\n'], ['a', 'b'], [[2, '1', '2']]],
    ['semicolons', ['a;b\n1,5;2\n'], ['a', 'b'], [[2, '1,5', '2']]],
    ['tabs', ['a\tb\n1\t2\n'], ['a', 'b'], [[2, '1', '2']]],
    [
      'quotes over two lines',
      ['a,b\n"x, ""y""\nz",2\n3,4\n'],
      ['a', 'b'],
      [
        [3, 'x, "y"\nz', '2'],
        [4, '3', '4'],
      ],
    ],
    ['empty lines and spaces', ['a, b\n\n 1 , 2\n'], ['a', 'b'], [[3, '1', '2']]],
    [
      'cells that lack and cells too many',
      ['a,b\n1\n1,2,3\n'],
      ['a', 'b'],
      [
        [2, '1'],
        [3, '1', '2', '3'],
      ],
    ],
    [
      'cut anywhere by the stream',
      ['a', ',b\n1,', '2\n3', ',è\n'],
      ['a', 'b'],
      [
        [2, '1', '2'],
        [3, '3', 'è'],
      ],
    ],
    ['a header only', ['a,b'], ['a', 'b'], []],
  ])('%s', async (_, texts, columns, rows) => {
    expect(await read(...texts)).toMatchObject({ columns, rows })
  })

  it('puts letters together that the stream cut in two', async () => {
    const bytes = Buffer.from('a\nè\n')
    const { rows } = await readCsv(
      (async function* () {
        yield bytes.subarray(0, 3)
        yield bytes.subarray(3)
      })(),
    )
    expect((await rows.next()).value).toEqual([{ line: 2, cells: ['è'] }])
  })

  it.each([
    ['an empty file', ''],
    ['a quotation mark that never closes', 'a,b\n1,"2\n3,4\n'],
  ])('refuses %s', async (_, text) => {
    await expect(read(text)).rejects.toThrow(CsvFormatError)
  })
})

it.each([
  ['', false, null],
  ['1500', false, 1500],
  ['-0.5', false, -0.5],
  ['.5', false, 0.5],
  ['1e3', false, 1000],
  ['1,5', true, 1.5],
  ['1.5', true, 1.5],
  ['1,5', false, Number.NaN],
  ['1.234,5', true, Number.NaN],
  ['nan', false, Number.NaN],
  ['0x10', false, Number.NaN],
  ['12 W', false, Number.NaN],
  ['Infinity', false, Number.NaN],
])('parseNumber %j (decimal comma %s) -> %s', (cell, comma, value) => {
  expect(parseNumber(cell, comma)).toBe(value)
})
