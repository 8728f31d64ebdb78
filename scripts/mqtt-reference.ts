import {
  cleaningBody,
  commandBody,
  decodeCleaningState,
  decodeCommandResult,
  decodeLoadConfig,
  decodeLoadState,
  LOAD_CONFIG_EXAMPLE,
} from '../hub/codec/load-messages.ts'
import { decodeMeasurement, decodeStatus } from '../hub/codec/measurement.ts'
import { mayRetain, NODE_TOPICS, parseNodeTopic } from '../hub/codec/topics.ts'
import { ALERTS, RECOVERED } from '../hub/domain/alert.ts'
import type { Refusal, Series } from '../hub/domain/reading.ts'
import type { Result } from '../hub/domain/result.ts'
import { perform } from '../hub/flow/perform.ts'

/**
 * docs/mqtt.md: what each message must hold is asked of the decoders, a field at a time left out and a field at a time wrong; what the
 * hub sends is what its encoders make. Only the meanings are written here, and a field without one stops it.
 */

const NOON = Date.UTC(2026, 5, 21, 12)

interface Message {
  /** After `comunita/<casa>/`; `CARICO` stands for a load. */
  readonly topic: (typeof NODE_TOPICS)[number]
  readonly when: string
  readonly decode: (input: unknown) => Result<unknown, Refusal>
  /** Bodies that together have every field. */
  readonly examples: readonly Readonly<Record<string, unknown>>[]
}

const EXTRAS = {
  ...{ boot: 17, uptime_s: 3600, seq: 4711, energia_prodotta_wh: 1_234_567 },
  ...{ energia_consumata_wh: 2_345_678, energia_prelevata_wh: 1_500_000, energia_immessa_wh: 400_000 },
}

function reading(topic: Series, when: string, body: object): Message {
  const decode = (input: unknown) => decodeMeasurement(topic, input, NOON)
  return {
    topic,
    when,
    decode,
    examples: [
      { ...body, ts: '2026-06-21T12:00:00Z', ...EXTRAS },
      { ...body, eta_s: 30 },
    ],
  }
}

const MESSAGES: readonly Message[] = [
  reading('bilancio', 'every 10 s, or on a change', { produzione_w: 1500, consumo_w: 400 }),
  reading('produzione', 'where consumption is not measured', { potenza_w: 1500 }),
  reading('rendimento', 'a node that only knows its yield', { rendimento: 0.5 }),
  {
    topic: 'stato',
    when: 'on connect; as the will',
    decode: (input) => decodeStatus(input, NOON),
    examples: [{ online: true, fw: '1.0.0', boot: 17, uptime_s: 3600 }],
  },
  {
    topic: 'carico/CARICO/stato',
    when: 'on connect, on a change, every 60 s',
    decode: decodeLoadState,
    examples: [
      {
        ...{ acceso: true, origine: 'comando', id: 'k3-7', residuo_s: 170, blocco_s: 0 },
        ...{ potenza_w: 1980, temperatura_c: 58 },
      },
    ],
  },
  {
    topic: 'carico/CARICO/config',
    when: 'on connect: what was set over USB',
    decode: decodeLoadConfig,
    examples: [JSON.parse(LOAD_CONFIG_EXAMPLE) as Record<string, unknown>],
  },
  {
    topic: 'comando/esito',
    when: 'after each command',
    decode: decodeCommandResult,
    examples: [
      { id: 'k3-7', ok: false, errore: 'min_off', riprova_s: 120 },
      { id: 'k3-7', ok: true },
    ],
  },
  {
    topic: 'pulizia/stato',
    when: 'when the valve opens or shuts',
    decode: decodeCleaningState,
    examples: [{ attiva: true, residuo_s: 40, causa: 'comando' }],
  },
]

const MEANINGS: Readonly<Record<string, string>> = {
  ...{ produzione_w: 'what the panels make', consumo_w: 'what the house uses', potenza_w: 'power now' },
  rendimento: 'what the panels make, over their peak power',
  ...{ ts: 'when it was measured; wins over `eta_s`', eta_s: 'how long ago it was measured' },
  ...{ boot: 'starts of the node so far', uptime_s: 'since that start', seq: 'one more with each message of a boot' },
  ...{ energia_prodotta_wh: 'made since the installation', energia_consumata_wh: 'used since the installation' },
  ...{ energia_prelevata_wh: 'drawn from the grid', energia_immessa_wh: 'given to the grid' },
  ...{ online: 'whether the node is there', fw: 'version of its firmware' },
  ...{ acceso: 'on or off', origine: 'who decided it last', id: 'of the command, or of the lease it is on by' },
  ...{
    residuo_s: 'until it ends by itself',
    blocco_s: 'until the node lets it be switched',
    temperatura_c: 'where it is measured',
  },
  ...{
    uscita: 'output of the board',
    riposo: 'the state it falls back to',
    min_on_s: 'least time on',
    min_off_s: 'least time off',
  },
  ...{ max_on_s: 'most time on', avvii_ora: 'most starts an hour' },
  ...{ ok: 'whether it was done', errore: 'why not', riprova_s: 'when it is worth trying again' },
  ...{ attiva: 'whether the valve is open', causa: 'what opened or shut it' },
  ...{
    carico: 'the load',
    ttl_s: 'how long the command holds',
    entro_s: 'uptime of the node after which it is too late',
  },
  azione: '`pulizia`: one run; `ferma_pulizia`: its end',
  ...{ rendimento_medio_comunita: 'mean yield, 0..1', impianti: 'plants in it' },
}

/** The reference as Markdown. */
export async function mqttReference(): Promise<string> {
  const asked = new Set<string>([...MESSAGES.map(({ topic }) => topic), 'misura/#'])
  const missing = NODE_TOPICS.filter((topic) => !asked.has(topic))
  if (missing.length > 0) throw new Error(`topics without a section: ${missing.join(', ')}`)
  return [
    '# MQTT',
    '',
    'Made by `npm run reference`: what a field must be is what the hub’s own decoder answers when it is wrong. MQTT 3.1.1 on port 1883 (8883 with TLS); user name = id of the house, password = its node key. Power in W, energy in Wh. Unknown fields are ignored. What the broker does beyond this is in [interfaces.md](interfaces.md#mqtt).',
    '',
    '## From a node to the hub',
    '',
    ...MESSAGES.flatMap(section),
    '### `comunita/<casa>/misura/<ruoli>/…`',
    '',
    'What bought meters say: [meters.md](meters.md).',
    '',
    '## From the hub to a node',
    '',
    ...(await sent()),
  ].join('\n')
}

function section({ topic, when, decode, examples }: Message): string[] {
  const path = `comunita/casa_A/${topic.replace('CARICO', 'boiler')}`
  const parsed = parseNodeTopic(path, 'comunita')
  if (!parsed) throw new Error(`${path} is no topic of a node`)
  const rows = new Map<string, string[]>()
  for (const body of examples) {
    const good = decode(body)
    if (!good.ok) throw new Error(`the example of ${topic} is refused: ${good.error.campo}`)
    for (const [field, value] of Object.entries(body)) {
      if (rows.has(field)) continue
      const { [field]: _, ...without } = body
      const wrong = decode({ ...body, [field]: {} })
      if (wrong.ok) continue
      if (wrong.error.campo !== field) throw new Error(`${topic}: ${field} wrong is told as ${wrong.error.campo}`)
      const needed = decode(without).ok ? '' : 'yes'
      rows.set(field, [`\`${field}\``, wrong.error.atteso, needed, meaningOf(field), `\`${JSON.stringify(value)}\``])
    }
  }
  return [
    `### \`comunita/<casa>/${topic.replace('CARICO', '<carico>')}\``,
    '',
    `QoS 0 or 1${mayRetain(parsed) ? ', retained' : ''}; ${when}.`,
    '',
    ...table(['Field', 'What is right', 'Needed', 'Meaning', 'Example'], [...rows.values()]),
    '',
  ]
}

async function sent(): Promise<string[]> {
  const out: { topic: string; payload: string; retain: boolean }[] = []
  const outlet = {
    publish: async (topic: string, payload: string, { retain }: { retain: boolean }) => {
      out.push({ topic, payload, retain })
    },
  }
  await perform({ kind: 'publishBenchmark', mean: 0.51, plants: 12, at: NOON }, outlet, 'comunita')
  const bound = { id: 'k3-7', ttlS: 180, boot: 17, byUptimeS: 3615 }
  const bodies: [string, string, object][] = [
    ['comunita/<casa>/comando', 'a load', commandBody({ ...bound, load: 'boiler', on: true })],
    [
      'comunita/<casa>/comando',
      'one run of cleaning',
      cleaningBody({ kind: 'clean', house: 'casa_A', ...bound, ttlS: 60 }),
    ],
    ['comunita/<casa>/comando', 'its end', cleaningBody({ kind: 'stop', house: 'casa_A', id: 'k3-8' })],
    ...out.map(({ topic, payload, retain }): [string, string, object] => [
      topic,
      `the community’s mean${retain ? ', retained' : ''}`,
      JSON.parse(payload) as object,
    ]),
  ]
  return [
    '### `comunita/<casa>/alert`',
    '',
    `QoS 1. The bare code: ${ALERTS.map((code) => `\`${code}\``).join(' ')}; \`${RECOVERED}\`: none is open any more.`,
    '',
    ...bodies.flatMap(([topic, what, body]) => [
      `### \`${topic}\`: ${what}`,
      '',
      ...table(
        ['Field', 'Meaning', 'Example'],
        Object.entries(body).map(([field, value]) => [
          `\`${field}\``,
          meaningOf(field),
          `\`${JSON.stringify(value)}\``,
        ]),
      ),
      '',
    ]),
  ]
}

function meaningOf(field: string): string {
  const meaning = MEANINGS[field]
  if (meaning === undefined) throw new Error(`${field} has no meaning written down`)
  return meaning
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}
