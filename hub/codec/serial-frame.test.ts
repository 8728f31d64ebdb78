import fc from 'fast-check'
import { expect, it } from 'vitest'
import { crc16, decodeLine, encodeLine, LineCutter, MAX_LINE_BYTES } from './serial-frame.ts'

it('is the checksum of the protocol', () => {
  expect(crc16('123456789').toString(16).toUpperCase()).toBe('29B1')
  expect(encodeLine({ id: 7, cmd: 'info' })).toBe('{"id":7,"cmd":"info","crc":"A3CC"}\n')
})

it('reads back what it wrote, whatever it held', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { minKeys: 1 }), (fields) => {
      const decoded = decodeLine(encodeLine(fields).trimEnd())
      expect(decoded.ok && JSON.stringify(decoded.value)).toBe(JSON.stringify(fields))
    }),
  )
})

it.each([
  ['{"id":7,"cmd":"info","crc":"A3CD"}', 'crc'],
  ['{"id":8,"cmd":"info","crc":"A3CC"}', 'crc'],
  ['{"id":7,"cmd":"info"}', 'text'],
  ['start 1', 'text'],
  ['', 'text'],
])('%s is not a line: %s', (line, error) => {
  expect(decodeLine(line)).toEqual({ ok: false, error })
})

it('notices every single changed character', () => {
  const line = encodeLine({ id: 7, cmd: 'rele', uscita: 1, acceso: true }).trimEnd()
  for (let i = 0; i < line.length; i += 1) {
    const changed = line.slice(0, i) + String.fromCharCode(line.charCodeAt(i) ^ 1) + line.slice(i + 1)
    expect(decodeLine(changed).ok).toBe(false)
  }
})

it('cuts lines out of whatever pieces they come in, and drops what never ends', () => {
  const cutter = new LineCutter()
  const pieces = ['{"a"', ':1}\r', '\n\n{"b":2}\n{"c"']
  expect(pieces.flatMap((piece) => cutter.take(Buffer.from(piece)))).toEqual(['{"a":1}', '{"b":2}'])
  expect(cutter.rest).toBe('{"c"')
  cutter.take(Buffer.alloc(MAX_LINE_BYTES + 1, 0xff))
  expect([cutter.rest, cutter.dropped > MAX_LINE_BYTES]).toEqual(['', true])
})
