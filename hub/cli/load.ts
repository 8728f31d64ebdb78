import { didYouMean } from '../domain/did-you-mean.ts'
import { idProblem } from '../domain/house.ts'
import type { Load } from '../domain/load.ts'
import { presetLoad } from '../domain/load-presets.ts'
import { durationText } from '../domain/load-text.ts'
import { differences } from '../domain/relay-declared.ts'
import type { StoredLoad } from '../store/loads.ts'
import { listLoads, removeLoad, saveLoad, setArmed } from '../store/loads.ts'
import type { ControlDb } from '../store/store.ts'
import { confirm } from './ask.ts'
import type { Call, Command } from './command.ts'
import { Failure, wrongUsage } from './command.ts'
import { atDesk, houseOf } from './data.ts'
import { checkedLoad, kindOf, LOAD_OPTIONS, loadJson, typedLoad } from './load-options.ts'
import { table } from './table.ts'

export const commands: readonly Command[] = [
  {
    name: 'load add',
    summary: 'add a load that a relay of the house’s node switches',
    args: ['HOUSE', 'ID'],
    required: ['power'],
    options: LOAD_OPTIONS,
    example: 'solar-family load add casa_A boiler --kind waterHeater --power 1500 --need 2h --by 22:00',
    run: add,
  },
  {
    name: 'load edit',
    summary: 'change the settings of a load',
    args: ['HOUSE', 'ID'],
    options: LOAD_OPTIONS,
    example: 'solar-family load edit casa_A boiler --priority 1 --threshold ""',
    run: edit,
  },
  {
    name: 'load list',
    summary: 'show the loads, and what their nodes declare otherwise',
    args: [],
    options: { house: { value: 'ID', help: 'those of this house' } },
    example: 'solar-family load list --house casa_A',
    run: list,
  },
  {
    name: 'load arm',
    summary: 'let the hub switch the loads of a house before their first week of watching is over',
    args: ['HOUSE'],
    options: { off: { value: null, help: 'take that back' } },
    example: 'solar-family load arm casa_A',
    run: arm,
  },
  {
    name: 'load remove',
    summary: 'take a load away from the hub; its relay stays at rest, its history is kept',
    args: ['HOUSE', 'ID'],
    options: { yes: { value: null, help: 'do not ask' } },
    example: 'solar-family load remove casa_A boiler',
    run: remove,
  },
]

async function add(call: Call): Promise<number> {
  const id = call.arg('ID')
  const problem = idProblem(id)
  if (problem) throw wrongUsage(`${problem}.`)
  const kind = kindOf(call) ?? 'generic'
  return atDesk(call, async ({ db, now, log }) => {
    const house = await houseOf(db, call.arg('HOUSE'))
    const others = await loadsOf(db, house.id)
    if (others.some((o) => o.load.id === id))
      throw new Failure(
        `${house.id} has a load "${id}" already: change it with "solar-family load edit ${house.id} ${id}".`,
      )
    const base = presetLoad({ house: house.id, id, kind })
    const load = checkedLoad(
      base,
      call,
      house,
      others.map((o) => o.load),
    )
    await saveLoad(db, load, now)
    await log('load.add', loadJson(load))
    call.report(
      loadJson(load),
      `Load ${id} of ${house.id} is added. It is switched once its node declares it, after a week of watching ("solar-family load arm ${house.id}" for at once).`,
    )
    return 0
  })
}

async function edit(call: Call): Promise<number> {
  if (Object.keys(typedLoad(call)).length === 0)
    throw wrongUsage('"load edit" needs something to change: see "solar-family load edit --help".')
  return atDesk(call, async ({ db, now, log }) => {
    const house = await houseOf(db, call.arg('HOUSE'))
    const { own, others } = await loadOf(db, house.id, call.arg('ID'))
    const load = checkedLoad(own, call, house, others)
    await saveLoad(db, load, now)
    await log('load.edit', { house: house.id, id: load.id, before: loadJson(own), after: loadJson(load) })
    call.report(loadJson(load), `Load ${load.id} of ${house.id} is changed.`)
    return 0
  })
}

async function list(call: Call): Promise<number> {
  const only = call.text('house')
  return atDesk(call, async ({ db }) => {
    if (only !== undefined) await houseOf(db, only)
    const { loads, armed } = await listLoads(db)
    const shown = [...loads.entries()].filter(([h]) => only === undefined || h === only).flatMap(([, all]) => all)
    const said = shown.map(({ load, declaration }) => ({
      ...loadJson(load),
      declaration,
      differences: differences(load, declaration),
      armed: armed.has(load.house),
    }))
    const headings = ['HOUSE', 'ID', 'KIND', 'W', 'PRIORITY', 'REST', 'NEED', 'NODE']
    const rows = shown.map(({ load, declaration }) => [
      load.house,
      load.id,
      load.kind,
      load.ratedW,
      load.priority,
      load.rest,
      load.dailyNeed ? durationText(load.dailyNeed.runS) : null,
      differences(load, declaration).join('; ') || 'as set',
    ])
    call.report(
      said,
      rows.length === 0
        ? 'There are no loads yet: see "solar-family load add --help".'
        : table(headings, rows, call.terminal.out),
    )
    return 0
  })
}

async function arm(call: Call): Promise<number> {
  return atDesk(call, async ({ db, now, log }) => {
    const { id } = await houseOf(db, call.arg('HOUSE'))
    const armed = !call.flag('off')
    await setArmed(db, id, armed ? now : null)
    await log('load.arm', { house: id, armed })
    call.report(
      { house: id, armed },
      armed ? `The loads of ${id} are armed.` : `The loads of ${id} wait for the end of their first week.`,
    )
    return 0
  })
}

async function remove(call: Call): Promise<number> {
  return atDesk(call, async ({ db, now, log }) => {
    const house = await houseOf(db, call.arg('HOUSE'))
    const { own, others } = await loadOf(db, house.id, call.arg('ID'))
    const waiting = others.filter((o) => o.needs === own.id).map((o) => o.id)
    if (waiting.length > 0)
      throw new Failure(
        `${waiting.join(', ')} of ${house.id} needs "${own.id}" to be running: change that first with "solar-family load edit ${house.id} ${waiting[0]} --needs ''".`,
      )
    await confirm(call, `The hub will no longer switch ${own.id} of ${house.id}.`)
    await removeLoad(db, house.id, own.id, now)
    await log('load.remove', { house: house.id, id: own.id })
    call.report({ house: house.id, id: own.id }, `Load ${own.id} of ${house.id} is removed; its history is kept.`)
    return 0
  })
}

async function loadsOf(db: ControlDb, house: string): Promise<readonly StoredLoad[]> {
  return (await listLoads(db)).loads.get(house) ?? []
}

async function loadOf(db: ControlDb, house: string, id: string): Promise<{ own: Load; others: readonly Load[] }> {
  const all = (await loadsOf(db, house)).map((l) => l.load)
  const own = all.find((l) => l.id === id)
  const hint = didYouMean(
    id,
    all.map((l) => l.id),
  )
  if (!own) throw new Failure(`${house} has no load "${id}"${hint}: see "solar-family load list --house ${house}".`)
  return { own, others: all.filter((l) => l !== own) }
}
