import { setTimeout } from 'node:timers/promises'
import type { House } from '../domain/house.ts'
import { idProblem } from '../domain/house.ts'
import { makeNodeKey } from '../io/random-key.ts'
import { eraseHouse } from '../store/erase.ts'
import { addHouses, editHouse, listHouses, removeHouse, saveHouses, setHouseKey } from '../store/houses.ts'
import { hashKey } from '../store/key-hash.ts'
import { listUsers, revokeHouseTokens } from '../store/people.ts'
import { confirm } from './ask.ts'
import type { Call, Command } from './command.ts'
import { Failure, wrongUsage } from './command.ts'
import { atDesk, houseOf } from './data.ts'
import { readHouseFile } from './house-file.ts'
import { HOUSE_OPTIONS, houseChange, houseJson } from './house-options.ts'
import { table } from './table.ts'

export const commands: readonly Command[] = [
  {
    name: 'house add',
    summary: 'add a house; the key of its node is printed once',
    args: ['ID'],
    required: ['peak'],
    options: HOUSE_OPTIONS,
    example: 'solar-family house add casa_A --peak 4500 --tilt 20 --azimuth 180',
    run: add,
  },
  {
    name: 'house import',
    summary: 'add all houses of a CSV file, or none; their keys are printed once',
    args: ['FILE.csv'],
    options: {
      map: {
        value: 'FIELD=COL,...',
        help: 'columns of id, peak_w or peak_kw, tilt, azimuth, connection_w, name, shown',
        multiple: true,
      },
      update: { value: null, help: 'change houses that are there already; they keep their keys' },
    },
    example: 'solar-family house import houses.csv --map id=house,peak_kw=kwp --json > keys.json',
    run: importFile,
  },
  {
    name: 'house edit',
    summary: 'change what is known about a house',
    args: ['ID'],
    options: {
      ...HOUSE_OPTIONS,
      hidden: { value: null, help: 'its residents are no longer shown by name' },
      'no-battery': { value: null, help: 'there is no battery behind the inverter any more' },
    },
    example: 'solar-family house edit casa_A --peak 6000 --shown',
    run: edit,
  },
  {
    name: 'house list',
    summary: 'show the houses',
    args: [],
    options: {},
    example: 'solar-family house list',
    run: list,
  },
  {
    name: 'house rotate-key',
    summary: 'give the node of a house a new key, printed once; the old one is worthless',
    args: ['ID'],
    options: {},
    example: 'solar-family house rotate-key casa_A',
    run: rotateKey,
  },
  {
    name: 'house remove',
    summary: 'take a house out of the community; its history stays',
    args: ['ID'],
    options: {
      erase: { value: null, help: 'delete its readings, energies and alerts as well, for good' },
      yes: { value: null, help: 'do not ask' },
    },
    example: 'solar-family house remove casa_A --erase',
    run: remove,
  },
]

async function add(call: Call): Promise<number> {
  const id = call.arg('ID')
  const problem = idProblem(id)
  if (problem) throw wrongUsage(`${problem}.`)
  const house = { ...blank(id), ...houseChange(call) }
  return atDesk(call, async ({ db, now, log }) => {
    if ((await listHouses(db)).some((h) => h.id === id))
      throw new Failure(`There is a house "${id}" already: change it with "solar-family house edit ${id}".`)
    const key = makeNodeKey()
    await addHouses(db, [{ ...house, keyHash: hashKey(key) }], now)
    await log('house.add', houseJson(house))
    call.report({ id, key }, `House ${id} is added. Key of its node, shown only now: ${key}`)
    return 0
  })
}

async function importFile(call: Call): Promise<number> {
  const file = call.arg('FILE.csv')
  const map = call.texts('map')
  const rows = await readHouseFile(file, map.length > 0 ? map.join(',') : null)
  return atDesk(call, async ({ db, now, log }) => {
    const existing = new Map((await listHouses(db)).map((h) => [h.id, h]))
    const known = rows.filter((row) => existing.has(row.id)).map((row) => row.id)
    if (known.length > 0 && !call.flag('update')) {
      throw new Failure(
        `${file}: ${known.join(', ')} ${known.length === 1 ? 'is' : 'are'} in the community already; --update changes what is there and keeps the keys. Nothing was changed.`,
      )
    }
    const keys = new Map(rows.filter((row) => !existing.has(row.id)).map((row) => [row.id, makeNodeKey()]))
    const added = rows.flatMap((row) => {
      const key = keys.get(row.id)
      return key === undefined ? [] : [{ ...blank(row.id), ...row, keyHash: hashKey(key) }]
    })
    const edited = rows.flatMap((row) => {
      const house = existing.get(row.id)
      return house ? [{ ...house, ...row }] : []
    })
    await saveHouses(db, { added, edited }, now)
    await log('house.import', { file, added: [...keys.keys()], edited: known })
    const changed = edited.length > 0 ? [`${edited.length} houses are changed and keep their keys.`] : []
    const keyTable =
      keys.size > 0
        ? [
            `${keys.size} houses are added. Keys of their nodes, shown only now:`,
            table(['HOUSE', 'KEY'], [...keys], call.terminal.out),
          ]
        : []
    call.report(Object.fromEntries(keys), [...changed, ...keyTable].join('\n'))
    return 0
  })
}

async function edit(call: Call): Promise<number> {
  if (call.flag('shown') && call.flag('hidden'))
    throw wrongUsage('--shown and --hidden contradict each other: give one of them.')
  if (call.flag('battery') && call.flag('no-battery'))
    throw wrongUsage('--battery and --no-battery contradict each other: give one of them.')
  const change = houseChange(call)
  if (Object.keys(change).length === 0)
    throw wrongUsage('"house edit" needs something to change: see "solar-family house edit --help".')
  return atDesk(call, async ({ db, log }) => {
    const house = await houseOf(db, call.arg('ID'))
    await editHouse(db, house.id, change)
    const now = houseJson({ ...house, ...change })
    await log('house.edit', { id: house.id, ...change })
    call.report(now, `House ${house.id} is changed.`)
    return 0
  })
}

async function list(call: Call): Promise<number> {
  return atDesk(call, async ({ db }) => {
    const houses = (await listHouses(db)).map(houseJson)
    const rows = houses.map((h) => [h.id, h.name, h.peak_w, h.tilt, h.azimuth, h.connection_w, h.shown ? 'yes' : 'no'])
    const headings = ['ID', 'NAME', 'PEAK W', 'TILT', 'AZIMUTH', 'CONNECTION W', 'SHOWN']
    call.report(
      houses,
      houses.length === 0
        ? 'There are no houses yet: see "solar-family house add --help".'
        : table(headings, rows, call.terminal.out),
    )
    return 0
  })
}

async function rotateKey(call: Call): Promise<number> {
  return atDesk(call, async ({ db, log }) => {
    const { id } = await houseOf(db, call.arg('ID'))
    const key = makeNodeKey()
    await setHouseKey(db, id, hashKey(key))
    await log('house.rotate-key', { id })
    call.report({ id, key }, `New key of the node of ${id}, shown only now: ${key}`)
    return 0
  })
}

/** A running hub notices within a second that a house is gone; until then it may still store a reading of it. */
const HUB_NOTICES_MS = 1500

async function remove(call: Call): Promise<number> {
  const erase = call.flag('erase')
  return atDesk(call, async ({ db, config, now, log }) => {
    const { id } = await houseOf(db, call.arg('ID'))
    if (erase) await confirm(call, `All that was measured at ${id}, and its alerts, will be deleted for good.`)
    await removeHouse(db, id, now)
    const tokens = await revokeHouseTokens(db, id, now)
    if (erase) await setTimeout(HUB_NOTICES_MS)
    const erased = erase ? await eraseHouse(db, config.dataDir, id) : null
    await log('house.remove', { id, erased, tokens })
    const residents = (await listUsers(db)).filter((u) => u.house === id).map((u) => u.name)
    const kept = erased === null ? 'its history is kept' : `${erased} readings and intervals of it are deleted`
    call.report({ id, erased, users: residents }, `House ${id} is removed; ${kept}.`)
    if (residents.length > 0)
      call.note(`These may still sign in for it: ${residents.join(', ')}. "solar-family user remove NAME" ends that.`)
    return 0
  })
}

function blank(id: string): House {
  return { id, name: id, peakPower: 0, tilt: null, azimuth: null, connectionLimit: null, shown: false }
}
