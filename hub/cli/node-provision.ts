import { readFileSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { decodeNetwork } from '../codec/serial-node.ts'
import { idProblem } from '../domain/house.ts'
import { confirm, Questions } from './ask.ts'
import type { Call } from './command.ts'
import { Failure, wrongUsage } from './command.ts'
import { ask, decoded, withNode } from './node-port.ts'

const HUB_MS = 10_000
/** A new address by DHCP, a connection, and its answer. */
const CONNECT_TRIES = 40

interface Grant {
  readonly casa: string
  readonly chiave: string
  readonly mqtt_porta: number
  readonly radice: string
}

/** A new key from the hub, written into the node; it never appears on the screen. */
export async function provision(call: Call): Promise<number> {
  const house = call.arg('HOUSE')
  const problem = idProblem(house)
  if (problem) throw wrongUsage(`${problem}.`)
  const url = hubUrl(call.text('hub') ?? 'http://127.0.0.1:8080')
  const address = call.text('address') ?? addressFor(url)
  return withNode(call, async (node) => {
    const token = await tokenOf(call)
    const { identity } = node
    if (identity.house !== '' && identity.house !== house)
      call.note(`This node was set up for ${identity.house}; it becomes the node of ${house}.`)
    await confirm(call, `House ${house} gets a new key: a node that has the old one is shut out at once.`)
    const grant = await newKey(url, house, token)
    const written: [string, string | number][] = [
      ['casa', house],
      ['chiave', grant.chiave],
      ['hub', address],
      ['porta', grant.mqtt_porta],
      ['radice', grant.radice],
    ]
    try {
      for (const [field, value] of written) await ask(node, 'imposta', { campo: field, valore: value })
      await ask(node, 'salva')
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new Failure(
        `${why} The hub has made a new key already, so the old one is worthless: repeat this command until it succeeds.`,
      )
    }
    call.note('Written and saved. Waiting for the node to reach the hub.')
    const mqtt = await connected(async () => decoded(decodeNetwork((await ask(node, 'rete')).fields)))
    call.report(
      {
        house,
        hub: `${address}:${grant.mqtt_porta}`,
        mac: identity.mac,
        connected: mqtt.mqtt === 'connesso',
        mqtt: mqtt.mqtt,
        error: mqtt.lastError,
      },
      mqtt.mqtt === 'connesso'
        ? `The node is the node of ${house} now, and connected to ${address}:${grant.mqtt_porta}.`
        : `The node is the node of ${house} now, and does not reach ${address}:${grant.mqtt_porta} yet (${mqtt.mqtt}, ${mqtt.lastError}): see "solar-family node selftest".`,
    )
    return mqtt.mqtt === 'connesso' ? 0 : 1
  })
}

async function connected<T extends { readonly mqtt: string }>(look: () => Promise<T>): Promise<T> {
  let seen = await look()
  for (let i = 0; i < CONNECT_TRIES && seen.mqtt !== 'connesso'; i += 1) {
    await setTimeout(500)
    seen = await look()
  }
  return seen
}

/** Asks the hub for a new key of a house. */
export async function newKey(url: URL, house: string, token: string): Promise<Grant> {
  const path = new URL(`api/case/${house}/chiave`, url)
  const answer = await fetch(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(HUB_MS),
  }).catch(() => {
    throw new Failure(`The hub does not answer at ${url.origin}: is it running, and is this its address? (--hub URL)`)
  })
  if (answer.status === 201) return (await answer.json()) as Grant
  if (answer.status === 401)
    throw new Failure(
      'The hub does not know this token: "solar-family token create --role technician" on the hub makes one.',
    )
  if (answer.status === 403) throw new Failure('This token may not make keys: one with the role technician is needed.')
  if (answer.status === 404)
    throw new Failure(`The hub knows no house "${house}": "solar-family house add ${house} --peak W" adds it.`)
  throw new Failure(`The hub at ${url.origin} answers ${answer.status} to the request for a key.`)
}

function hubUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol))
    throw wrongUsage(`--hub "${text}" is not right: expected an address such as http://192.168.1.10:8080.`)
  return url
}

/** The hub's address as the node reaches it: that of the URL, or of this machine where the hub is here. */
function addressFor({ hostname }: URL): string {
  const local = hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]'
  if (!local) return hostname
  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((i) => i.family === 'IPv4' && !i.internal)
    .map((i) => i.address)
  const [only] = own
  if (only !== undefined && own.length === 1 && isIPv4(only)) return only
  throw wrongUsage(
    `This machine has ${own.length === 0 ? 'no address' : `the addresses ${own.join(', ')}`}: say with --address where the node finds the hub.`,
  )
}

async function tokenOf(call: Call): Promise<string> {
  const file = call.text('token-file')
  const given = file === undefined ? process.env['SOLAR_FAMILY_TOKEN'] : readFileSync(file, 'utf8')
  if (given !== undefined && given.trim() !== '') return given.trim()
  if (file !== undefined) throw new Failure(`${file} is empty: it should hold a technician token.`)
  const questions = new Questions(call.terminal)
  try {
    return await questions.askSecret('Technician token of the hub: ')
  } finally {
    questions.end()
  }
}
