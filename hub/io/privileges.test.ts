import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Identity } from './privileges.ts'
import { becomeOwnerOf } from './privileges.ts'

function fake(uid: number, known = true) {
  const calls: string[] = []
  const me: Identity = {
    getuid: () => uid,
    initgroups: (u, g) => {
      if (!known) throw new Error('unknown user')
      calls.push(`initgroups ${u} ${g}`)
    },
    setgroups: (groups) => calls.push(`setgroups ${groups.join()}`),
    setgid: (g) => calls.push(`setgid ${g}`),
    setuid: (u) => calls.push(`setuid ${u}`),
  }
  return { me, calls }
}

it('leaves a user, a folder of root and a folder that is not there alone', () => {
  for (const [uid, folder] of [
    [1000, '/'],
    [0, '/'],
    [0, '/nowhere'],
  ] as const) {
    const { me, calls } = fake(uid)
    expect(becomeOwnerOf(folder, me)).toBeNull()
    expect(calls).toEqual([])
  }
})

it.runIf(process.getuid?.() === 0)('root becomes the owner: groups first, the user last', () => {
  const folder = mkdtempSync(join(tmpdir(), 'solar-family-owner-'))
  chownSync(folder, 1234, 1235)
  try {
    const known = fake(0)
    expect(becomeOwnerOf(folder, known.me)).toEqual({ uid: 1234, gid: 1235 })
    expect(known.calls).toEqual(['initgroups 1234 1235', 'setgid 1235', 'setuid 1234'])
    const unknown = fake(0, false)
    becomeOwnerOf(folder, unknown.me)
    expect(unknown.calls).toEqual(['setgroups 1235', 'setgid 1235', 'setuid 1234'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
