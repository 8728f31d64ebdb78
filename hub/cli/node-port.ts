import { createWriteStream } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { decodeIdentity } from '../codec/serial-node.ts'
import type { NodeIdentity } from '../domain/node-serial.ts'
import type { NodeFailure, SerialLine } from '../flow/node-session.ts'
import { NodeSession } from '../flow/node-session.ts'
import type { Holder, OpenProblem } from '../io/serial.ts'
import { listSerialPorts, openSerial } from '../io/serial.ts'
import type { Call } from './command.ts'
import { Failure } from './command.ts'
import { looksLikeNode } from './node-list.ts'

/** A node that has answered. */
export interface ConnectedNode {
  readonly session: NodeSession
  readonly identity: NodeIdentity
  readonly path: string
}

/** Works with the node that the command names, or the only one there is. */
export async function withNode(call: Call, work: (node: ConnectedNode) => Promise<number>): Promise<number> {
  const path = await portOf(call)
  const session = await open(call, path)
  try {
    return await work({ session, path, identity: await identify(session, path) })
  } finally {
    await session.close()
  }
}

/** The port that the command names, or that of the only board. */
export async function portOf(call: Call): Promise<string> {
  const named = call.text('port')
  if (named !== undefined) return named
  const ports = await listSerialPorts()
  const boards = ports.filter(looksLikeNode)
  const [only] = boards.length > 0 ? boards : ports
  if (!only)
    throw new Failure('No board is plugged in: connect the node by its USB socket, or name its port with --port.')
  if ((boards.length > 0 ? boards : ports).length > 1)
    throw new Failure(
      `There is more than one board: choose with --port one of ${(boards.length > 0 ? boards : ports).map((p) => p.path).join(', ')}.`,
    )
  return only.path
}

/** Opens a port and starts to talk on it, or fails with a sentence. */
export async function open(call: Call, path: string): Promise<NodeSession> {
  const opened = await openSerial(path)
  if (!opened.ok) throw new Failure(openSentence(opened.problem, path))
  const session = new NodeSession(recorded(opened.port, call.text('transcript')))
  session.start()
  return session
}

/** Who is there, as soon as it answers. */
export async function identify(session: NodeSession, path: string): Promise<NodeIdentity> {
  const answer = await session.greet()
  if (!answer.ok) throw new Failure(failureSentence(answer.error, path))
  const identity = decodeIdentity(answer.value.fields)
  if (identity.ok) return identity.value
  throw new Failure(`What answers on ${path} is not a node of this system (${identity.error}).`)
}

/** What is wrong with a port and what to do about it. */
export function openSentence(problem: OpenProblem, path: string): string {
  switch (problem.kind) {
    case 'missing':
      return `There is no port ${path}: is the cable in? "solar-family node list" shows the ports there are.`
    case 'denied':
      return `${path} may not be opened by this user: "sudo usermod -aG dialout $USER", then sign in again; or use sudo.`
    case 'busy':
      return `${path} is held by ${holdersText(problem.holders)}: stop that, then try again. If it is the hub (serial.port), its page Nodo shows the same.`
    case 'failed':
      return `${path} cannot be opened: ${problem.message}.`
  }
}

export function holdersText(holders: readonly Holder[]): string {
  return holders.length === 0
    ? 'another program'
    : holders.map(({ pid, program }) => `${program} (process ${pid})`).join(', ')
}

/** Why a node did not do what it was asked, and the next step. */
export function failureSentence(failure: NodeFailure, path: string): string {
  switch (failure.kind) {
    case 'gone':
      return `${path} was unplugged: plug it in again and repeat the command.`
    case 'silent':
      return `Nothing answers on ${path}. Press the reset button of the board and repeat; if it stays silent it has no firmware yet ("solar-family node flash"), or this is another device.`
    case 'noise':
      return `What comes from ${path} is no node's (${JSON.stringify(failure.sample)}): it is another device, or it speaks at another speed than 115200 baud.`
    case 'refused':
      return refusalSentence(failure.code, failure.answer)
  }
}

function refusalSentence(code: string, answer: Readonly<Record<string, unknown>>): string {
  const said = (name: string) => String(answer[name] ?? '').slice(0, 80)
  switch (code) {
    case 'campo':
      return `The node refuses "${said('campo')}": expected ${said('atteso')}.`
    case 'occupato':
      return 'The node is busy with a calibration or a self-test: wait 20 s and repeat.'
    case 'rifiutato': {
      const again = answer['riprova_s']
      return `The load's own limits forbid that (${said('motivo')})${typeof again === 'number' && again > 0 ? `: possible in ${again} s` : ''}.`
    }
    case 'rete':
      return `The node does not reach the hub (${said('mqtt')}): "solar-family node selftest" says what is missing.`
    default:
      return `The node refuses with "${code}": its firmware may be older than this program.`
  }
}

/** An answer, or a failure in words. */
export async function ask(
  node: Pick<ConnectedNode, 'session' | 'path'>,
  cmd: string,
  fields: Readonly<Record<string, unknown>> = {},
  withinMs?: number,
) {
  const answer = await node.session.request(cmd, fields, withinMs)
  if (answer.ok) return answer.value
  throw new Failure(failureSentence(answer.error, node.path))
}

/** A decoded answer, or a failure in words. */
export function decoded<T>(result: { ok: true; value: T } | { ok: false; error: string }): T {
  if (result.ok) return result.value
  throw new Failure(
    `The node's answer is not understood (${result.error}): its firmware may be older than this program.`,
  )
}

const SECRET = /("campo":"chiave","valore":")[^"]*/

/** Writes both directions to a file, `> ` and `< ` before each line. The key of the house and its checksum are left out. */
function recorded(line: SerialLine, file: string | undefined): SerialLine {
  if (file === undefined) return line
  const out = createWriteStream(file)
  let rest = ''
  return {
    write: (bytes) => {
      out.write(`> ${String(bytes).trimEnd().replace(SECRET, '$1***')}\n`)
      return line.write(bytes)
    },
    onBytes: (listener) =>
      line.onBytes((bytes) => {
        const lines = (rest + Buffer.from(bytes).toString('latin1')).split('\n')
        rest = lines.pop() ?? ''
        for (const each of lines) out.write(`< ${each.trimEnd()}\n`)
        listener(bytes)
      }),
    onGone: (listener) => line.onGone(listener),
    close: async () => {
      await line.close()
      await new Promise<void>((resolve) => out.end(() => resolve()))
    },
  }
}

/** Waits until a node is there again after it was unplugged; null when told to stop. */
export async function reopened(call: Call, path: string, stop: AbortSignal): Promise<NodeSession | null> {
  while (!stop.aborted) {
    const session = await open(call, path).catch(() => null)
    if (session) return session
    await setTimeout(500, undefined, { signal: stop }).catch(() => {})
  }
  return null
}
