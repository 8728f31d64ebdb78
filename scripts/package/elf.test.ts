import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { segmentsOf, sharedPage } from './elf.ts'

interface Part {
  readonly address: number
  readonly bytes: number
  readonly fileBytes: number
  readonly offset: number
  readonly flags: number
}

/** An ELF64 header with one entry a part. */
function program(...parts: readonly Part[]): Buffer {
  const file = Buffer.alloc(64 + 56 * parts.length)
  file.write('\x7fELF\x02\x01', 'latin1')
  file.writeBigUInt64LE(64n, 32)
  file.writeUInt16LE(56, 54)
  file.writeUInt16LE(parts.length, 56)
  for (const [i, { address, bytes, fileBytes, offset, flags }] of parts.entries()) {
    const at = 64 + 56 * i
    file.writeUInt32LE(1, at)
    file.writeUInt32LE(flags, at + 4)
    for (const [where, value] of [
      [8, offset],
      [16, address],
      [32, fileBytes],
      [40, bytes],
    ] as const)
      file.writeBigUInt64LE(BigInt(value), at + where)
  }
  return file
}

const TEXTS: Part = { address: 0x40_0000, offset: 0, bytes: 0x10_0200, fileBytes: 0x10_0200, flags: 4 }
const DATA: Part = { address: 0x50_0200, offset: 0x10_0200, bytes: 0x1_0400, fileBytes: 0x8000, flags: 6 }
const APPENDED = { offset: 0x90_0000, bytes: 0x4000, fileBytes: 0x4000, flags: 4 }

it.each([
  ['far away', 0x52_0000, 16_384, null],
  ['on the next 4 KiB', 0x51_1000, 16_384, 'the parts at 0x500200 and 0x511000 share a page of 16 KiB'],
  ['on the next 4 KiB where pages have no more', 0x51_1000, 4096, null],
])('a read-only part appended %s', (_, address, pageBytes, expected) => {
  const segments = segmentsOf(program(TEXTS, DATA, { address, ...APPENDED }))
  expect(segments.map(({ flags }) => flags)).toEqual([4, 6, 4])
  expect(sharedPage(segments, pageBytes)).toBe(expected)
})

it('code whose last page becomes data is told', () => {
  expect(sharedPage(segmentsOf(program({ ...TEXTS, flags: 5 }, DATA)), 16_384)).toContain('share a page')
})

it('reads this very Node, and refuses what is no program', () => {
  expect(segmentsOf(readFileSync(process.execPath)).length).toBeGreaterThan(1)
  expect(() => segmentsOf(Buffer.from('#!/bin/sh'))).toThrow('not a 64-bit')
})
