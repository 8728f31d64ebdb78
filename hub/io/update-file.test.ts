import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import type { UpdateHeader } from './update-file.ts'
import { openUpdate, publicKeys, unpackUpdate, updateHead } from './update-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'update-'))
const keys = () =>
  generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
const ours = keys()
const theirs = keys()
const program = Buffer.from('#!/bin/sh\necho 0.2.0\n')
const header: UpdateHeader = {
  format: 'solar-family-update',
  program: '0.2.0',
  arch: 'arm64',
  bytes: program.length,
  sha256: createHash('sha256').update(program).digest('hex'),
}

function file(change: Partial<UpdateHeader> = {}, { key = ours.privateKey, content = gzipSync(program) } = {}): string {
  const path = join(folder, 'a.update')
  writeFileSync(path, Buffer.concat([updateHead({ ...header, ...change }, key), content]))
  return path
}

async function outcome(path: string, trusted: readonly string[] = [ours.publicKey]): Promise<string | null> {
  const opened = await openUpdate(path, trusted)
  return opened.ok ? unpackUpdate(path, opened.value, join(folder, 'program')) : opened.error
}

it('gives the program that was signed, ready to run', async () => {
  expect(await outcome(file(), [theirs.publicKey, ours.publicKey])).toBeNull()
  expect(readFileSync(join(folder, 'program'))).toEqual(program)
  expect(statSync(join(folder, 'program')).mode & 0o111).toBe(0o111)
})

it.each([
  [
    'signed by somebody else',
    () => file({}, { key: theirs.privateKey }),
    'not signed by a key that this program trusts',
  ],
  ['of another program', () => file({}, { content: gzipSync('#!/bin/sh\nrm -rf /\n') }), 'not the one that was signed'],
  ['longer than it says', () => file({}, { content: gzipSync(Buffer.alloc(1 << 22)) }), 'damaged'],
  ['cut short', () => file({}, { content: gzipSync(program).subarray(0, -9) }), 'damaged'],
  ['of a version that is a path', () => file({ program: '../../etc' }), 'of a form that this version does not know'],
])('refuses a file %s', async (_, make, sentence) => {
  expect(await outcome(make())).toContain(sentence)
})

it('refuses a header that was changed after it was signed', async () => {
  const path = file()
  writeFileSync(path, readFileSync(path, 'latin1').replace('"0.2.0"', '"9.2.0"'), 'latin1')
  expect(await outcome(path)).toContain('not signed')
})

it('refuses everything where no key is trusted, and what is no update', async () => {
  expect(await outcome(file(), [])).toContain('trusts no signing key')
  writeFileSync(join(folder, 'a.update'), program)
  expect(await outcome(join(folder, 'a.update'))).toContain('no update of Solar Family')
})

it('finds the keys among what is written about them', () => {
  const pem = `since 0.1.0\n${ours.publicKey}\nsince 0.3.0\n${theirs.publicKey}`
  expect(publicKeys(pem).map((key) => `${key}\n`)).toEqual([ours.publicKey, theirs.publicKey])
  expect(publicKeys(readFileSync('hub/release-keys.pem', 'utf8'))).toEqual([])
})
