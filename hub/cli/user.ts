import { didYouMean } from '../domain/did-you-mean.ts'
import { isoSeconds } from '../domain/time.ts'
import { hashPassword } from '../io/password.ts'
import { addUser, findUser, listUsers, removeUser, setPassword, USER_ROLES, userNameProblem } from '../store/people.ts'
import type { ControlDb } from '../store/store.ts'
import { askPassword } from './ask.ts'
import type { Call, Command, Options } from './command.ts'
import { Failure, wrongUsage } from './command.ts'
import { atDesk, houseOf } from './data.ts'
import { table } from './table.ts'

const PASSWORD: Options = { 'password-stdin': { value: null, help: 'read the password from standard input' } }

export const commands: readonly Command[] = [
  {
    name: 'user add',
    summary: 'let a person sign in',
    args: ['NAME'],
    required: ['role'],
    options: {
      role: { value: 'ROLE', help: `one of ${USER_ROLES.join(', ')}` },
      house: { value: 'ID', help: 'the house a resident lives in' },
      ...PASSWORD,
    },
    example: 'solar-family user add anna --role resident --house casa_A',
    run: add,
  },
  {
    name: 'user list',
    summary: 'show who may sign in',
    args: [],
    options: {},
    example: 'solar-family user list',
    run: list,
  },
  {
    name: 'user passwd',
    summary: 'set a new password and end all sessions of a person',
    args: ['NAME'],
    options: PASSWORD,
    example: 'solar-family user passwd anna',
    run: passwd,
  },
  {
    name: 'user remove',
    summary: 'let a person sign in no more',
    args: ['NAME'],
    options: {},
    example: 'solar-family user remove anna',
    run: remove,
  },
]

async function add(call: Call): Promise<number> {
  const name = call.arg('NAME')
  const problem = userNameProblem(name)
  if (problem) throw wrongUsage(`${problem}.`)
  const role = call.choice('role', USER_ROLES) ?? 'resident'
  const house = call.text('house') ?? null
  if (role === 'resident' && house === null) throw wrongUsage('A resident needs the house they live in: --house ID.')
  return atDesk(call, async ({ db, now, log }) => {
    if (house !== null) await houseOf(db, house)
    if (await findUser(db, name))
      throw new Failure(`There is a user "${name}" already; for a new password use "solar-family user passwd ${name}".`)
    const { password, generated } = await askPassword(call)
    await addUser(db, { name, role, house, passwordHash: await hashPassword(password), createdAt: now })
    await log('user.add', { name, role, house })
    const shown = generated ? { password } : {}
    call.report(
      { name, role, house, ...shown },
      [`User ${name} may sign in as ${role}.`, ...passwordLine(generated, password)].join('\n'),
    )
    return 0
  })
}

async function passwd(call: Call): Promise<number> {
  return atDesk(call, async ({ db, log }) => {
    const { name } = await userOf(db, call.arg('NAME'))
    const { password, generated } = await askPassword(call)
    await setPassword(db, name, await hashPassword(password))
    await log('user.passwd', { name })
    const lines = [
      `The password of ${name} is set, and all sessions of ${name} have ended.`,
      ...passwordLine(generated, password),
    ]
    call.report({ name, ...(generated ? { password } : {}) }, lines.join('\n'))
    return 0
  })
}

async function list(call: Call): Promise<number> {
  return atDesk(call, async ({ db }) => {
    const users = (await listUsers(db)).map((u) => ({
      name: u.name,
      role: u.role,
      house: u.house,
      created: isoSeconds(u.createdAt),
    }))
    const rows = users.map((u) => [u.name, u.role, u.house, u.created])
    const text =
      users.length === 0
        ? 'Nobody may sign in yet: see "solar-family user add --help".'
        : table(['NAME', 'ROLE', 'HOUSE', 'SINCE'], rows, call.terminal.out)
    call.report(users, text)
    return 0
  })
}

async function remove(call: Call): Promise<number> {
  return atDesk(call, async ({ db, log }) => {
    const { name, role } = await userOf(db, call.arg('NAME'))
    await removeUser(db, name)
    await log('user.remove', { name })
    call.report({ name }, `User ${name} is removed, and all sessions of ${name} have ended.`)
    const left = await listUsers(db)
    if (role === 'admin' && !left.some((u) => u.role === 'admin'))
      call.note('There is no admin left: "solar-family user add NAME --role admin" makes one.')
    return 0
  })
}

async function userOf(db: ControlDb, name: string) {
  const user = await findUser(db, name)
  if (user) return user
  const names = (await listUsers(db)).map((u) => u.name)
  throw new Failure(`There is no user "${name}"${didYouMean(name, names)}: see "solar-family user list".`)
}

function passwordLine(generated: boolean, password: string): string[] {
  return generated ? [`Password, shown only now: ${password}`] : []
}
