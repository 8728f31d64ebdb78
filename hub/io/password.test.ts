import { expect, it } from 'vitest'
import { hashPassword, PasswordsBusyError, passwordProblem, verifyPassword } from './password.ts'
import { makeNodeKey, makePassword, makeToken } from './random-key.ts'

it('keeps a password as a salted argon2id string and knows it again', async () => {
  const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')])
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(one).not.toBe(two)
  expect(await verifyPassword('correct horse', one)).toBe(true)
  expect(await verifyPassword('correct horsf', one)).toBe(false)
  expect(await verifyPassword('correct horse', null)).toBe(false)
  await expect(verifyPassword('correct horse', 'plain')).rejects.toThrow('PHC')
})

it('knows a password again that another keyboard puts together differently', async () => {
  const kept = await hashPassword('perch\u00e9-no-no')
  expect(await verifyPassword('perche\u0301-no-no', kept)).toBe(true)
})

it('sends a flood away instead of queueing it for ever', async () => {
  const settled = await Promise.allSettled(Array.from({ length: 60 }, () => verifyPassword('x', null)))
  const busy = settled.filter((s) => s.status === 'rejected' && s.reason instanceof PasswordsBusyError)
  expect(busy).toHaveLength(8)
  expect(await verifyPassword('x', null)).toBe(false)
}, 30_000)

it.each([
  ['123456789', 'at least 10'],
  ['1234567890', null],
  ['èèèèèèèèèè', null],
  ['x'.repeat(1001), 'at most'],
])('%s', (password, problem) => {
  expect(passwordProblem(password)).toEqual(problem === null ? null : expect.stringContaining(problem))
})

it('makes keys, tokens and passwords that can be typed', () => {
  for (let i = 0; i < 200; i++) {
    expect(makeNodeKey()).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{31}$/)
    expect(makeToken()).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{42}$/)
    expect(makePassword()).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/)
  }
})
