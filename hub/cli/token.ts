import { isoSeconds } from '../domain/time.ts'
import { makeToken } from '../io/random-key.ts'
import { hashKey } from '../store/key-hash.ts'
import { addToken, listTokens, revokeToken, TOKEN_ROLES } from '../store/people.ts'
import type { Call, Command } from './command.ts'
import { Failure, wrongUsage } from './command.ts'
import { atDesk, houseOf } from './data.ts'
import { table } from './table.ts'

export const commands: readonly Command[] = [
  {
    name: 'token create',
    summary: 'make a token for a program; it is printed once',
    args: [],
    required: ['role'],
    options: {
      role: { value: 'ROLE', help: `one of ${TOKEN_ROLES.join(', ')}` },
      house: { value: 'ID', help: 'the house a node token is for' },
    },
    example: 'solar-family token create --role reader --json',
    run: create,
  },
  {
    name: 'token list',
    summary: 'show the tokens, without their secret',
    args: [],
    options: {},
    example: 'solar-family token list',
    run: list,
  },
  {
    name: 'token revoke',
    summary: 'make a token worthless',
    args: ['ID'],
    options: {},
    example: 'solar-family token revoke 3',
    run: revoke,
  },
]

async function create(call: Call): Promise<number> {
  const role = call.choice('role', TOKEN_ROLES) ?? 'reader'
  const house = call.text('house') ?? null
  if (role === 'node' && house === null) throw wrongUsage('A node token is for one house: add --house ID.')
  if (role !== 'node' && house !== null)
    throw wrongUsage(`--house goes with --role node; a ${role} token is not limited to one house.`)
  return atDesk(call, async ({ db, now, log }) => {
    if (house !== null) await houseOf(db, house)
    const token = makeToken()
    const id = await addToken(db, { tokenHash: hashKey(token), role, house, createdAt: now })
    await log('token.create', { id, role, house })
    call.report({ token, id }, `Token ${id} with the role ${role}, shown only now: ${token}`)
    return 0
  })
}

async function list(call: Call): Promise<number> {
  return atDesk(call, async ({ db }) => {
    const tokens = (await listTokens(db)).map((t) => ({
      id: t.id,
      role: t.role,
      house: t.house,
      created: isoSeconds(t.createdAt),
      revoked: t.revokedAt === null ? null : isoSeconds(t.revokedAt),
    }))
    const rows = tokens.map((t) => [t.id, t.role, t.house, t.created, t.revoked])
    call.report(
      tokens,
      tokens.length === 0
        ? 'There are no tokens.'
        : table(['ID', 'ROLE', 'HOUSE', 'SINCE', 'REVOKED'], rows, call.terminal.out),
    )
    return 0
  })
}

async function revoke(call: Call): Promise<number> {
  const id = Number(call.arg('ID'))
  if (!Number.isSafeInteger(id) || id < 1)
    throw wrongUsage(`"${call.arg('ID')}" is not the number of a token: see "solar-family token list".`)
  return atDesk(call, async ({ db, now, log }) => {
    if (!(await revokeToken(db, id, now)))
      throw new Failure(`There is no token ${id} that is still good: see "solar-family token list".`)
    await log('token.revoke', { id })
    call.report({ id }, `Token ${id} is revoked.`)
    return 0
  })
}
