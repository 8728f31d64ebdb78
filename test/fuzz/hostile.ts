import fc from 'fast-check'
import { crc16, encodeLine } from '../../hub/codec/serial-frame.ts'

// What may come in at a door: bytes, text, JSON of every kind, and messages that are nearly right.

const NAMES = [
  ...[
    'potenza_w',
    'produzione_w',
    'consumo_w',
    'rendimento',
    'ts',
    'eta_s',
    'boot',
    'seq',
    'uptime_s',
    'casa',
    'online',
  ],
  ...[
    'fw',
    'energia_prodotta_wh',
    'energia_consumata_wh',
    'energia_prelevata_wh',
    'energia_immessa_wh',
    'acceso',
    'id',
  ],
  ...['origine', 'residuo_s', 'blocco_s', 'temperatura_c', 'uscita', 'riposo', 'min_on_s', 'min_off_s', 'max_on_s'],
  ...['avvii_ora', 'ok', 'errore', 'riprova_s', 'attiva', 'causa', 'carico', 'ttl_s', 'entro_s', 'azione'],
  ...['__proto__', 'constructor', 'toString', 'length', ''],
]

/** A JSON value that a field should not have, or just may. As text, since JSON can say what no value can be (1e999). */
const value: fc.Arbitrary<string> = fc.oneof(
  fc.integer().map(String),
  fc.double().map((d) => (Number.isFinite(d) ? JSON.stringify(d) : '1e999')),
  fc.constantFrom(
    ...[
      '0',
      '-0',
      '1e999',
      '-1e999',
      '1e-400',
      '9007199254740993',
      '1e21',
      '0.1e1',
      'null',
      'true',
      'false',
      '""',
      '[]',
      '{}',
    ],
    ...[
      '"2026-06-21T12:00:00Z"',
      '1782043200',
      '1782043200000',
      '"spento"',
      '"comando"',
      '"min_off"',
      '{"__proto__":1}',
    ],
    '00',
    'NaN',
    'Infinity',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => JSON.stringify(text)),
  fc.nat(300).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
)

/** Objects of the fields of messages, nearly right. */
const message: fc.Arbitrary<string> = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 12 })
  .map((fields) => `{${fields.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`)

/** A text with a few of its characters changed, left out or doubled. */
export function spoilt(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const faults = fc.array(
    fc.tuple(fc.nat(), fc.constantFrom('drop', 'double', 'change'), fc.string({ maxLength: 1 })),
    {
      maxLength: 3,
    },
  )
  return fc.tuple(texts, faults).map(([text, list]) =>
    list.reduce((now, [where, fault, character]) => {
      const at = now.length === 0 ? 0 : where % now.length
      const middle = fault === 'drop' ? '' : fault === 'double' ? (now[at] ?? '').repeat(2) : character
      return now.slice(0, at) + middle + now.slice(at + 1)
    }, text),
  )
}

export const jsonText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: message },
  { weight: 2, arbitrary: spoilt(message) },
  { weight: 2, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
)

/** Payloads: text, and bytes that are none. */
export const payload: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 9, arbitrary: jsonText.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }) },
)

const SERIAL_NAMES = [
  ...['prodotto', 'scheda', 'mac', 'reset', 'watchdog', 'ram_libera', 'configurato', 'da_salvare', 'ma', 'guasti'],
  ...['alimentazione_mv', 'mqtt', 'link', 'evento', 'carico', 'stato', 'nome', 'valore', 'errore', 'n'],
]

/** A line of the USB port: nearly right with a checksum that fits, spoilt after that, or anything. */
export const serialLine: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: message.map(withChecksum) },
  {
    weight: 4,
    arbitrary: fc
      .dictionary(fc.constantFrom(...SERIAL_NAMES, ...NAMES), fc.jsonValue(), { maxKeys: 8 })
      .map((fields) => encodeLine({ ...fields, n: 1 }).trimEnd()),
  },
  { weight: 2, arbitrary: spoilt(message.map(withChecksum)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
)

function withChecksum(object: string): string {
  const open = object.slice(0, -1)
  return `${open},"crc":"${crc16(open).toString(16).toUpperCase().padStart(4, '0')}"}`
}

/** What comes in at the USB port, in pieces. */
export const serial: fc.Arbitrary<Uint8Array[]> = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    serialLine.map((text) => Buffer.from(`${text}\n`)),
    fc.nat(3000).map((bytes) => Buffer.alloc(bytes, 0x7b)),
  ),
  { maxLength: 8 },
)

const topicLevel = fc.constantFrom(
  ...['comunita', 'casa_A', 'produzione', 'bilancio', 'rendimento', 'stato', 'carico', 'boiler', 'config', 'comando'],
  ...['esito', 'pulizia', 'benchmark', 'alert', '+', '#', '$SYS', '$share', '', 'rete', 'a'.repeat(33), 'è', '..'],
)
export const topic: fc.Arbitrary<string> = fc.oneof(
  fc.array(topicLevel, { maxLength: 7 }).map((levels) => levels.join('/')),
  fc.string({ unit: 'binary', maxLength: 60 }),
)

const cell = fc.oneof(
  fc.constantFrom('ts', 'casa', '1,5', '1.5', '"a;b"', '"', '""', '\t', '2026-06-21T12:00', '-', '1e999', '=1+1'),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
export const csv: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.array(cell, { maxLength: 5 }), { maxLength: 8 }),
    fc.constantFrom(',', ';', '\t'),
    fc.constantFrom('\n', '\r\n', '\r'),
    fc.constantFrom('', '\uFEFF'),
  )
  .map(([lines, separator, end, mark]) => mark + lines.map((line) => line.join(separator)).join(end))

const tomlLine = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        'port',
        'http.port',
        'mqtt.port',
        'bind',
        'log.level',
        'tick.interval_s',
        'data_dir',
        'x',
        '"',
        'a.b.c',
      ),
      fc.oneof(
        value,
        fc.constantFrom(
          '"0.0.0.0"',
          '1979-05-27T07:32:00Z',
          "'",
          '"""',
          '0x1f',
          '+inf',
          '[1,',
          '{ a = 1 }',
          '["a"]',
          '8080',
        ),
      ),
    )
    .map(([key, text]) => `${key} = ${text}`),
  fc.constantFrom('[http]', '[mqtt]', '[[mqtt]]', '[', '[tls', '# remark', '[http.port]', '[__proto__]'),
  fc.string({ unit: 'binary', maxLength: 20 }),
)
export const toml: fc.Arbitrary<string> = fc.array(tomlLine, { maxLength: 8 }).map((lines) => lines.join('\n'))

export const query: fc.Arbitrary<Record<string, string>> = fc.dictionary(
  fc.constantFrom('da', 'a', 'casa', 'passo', 'giorno', '__proto__'),
  fc.oneof(
    fc.constantFrom(
      '2026-06-21',
      '2026-06-21T12:00:00Z',
      '1h',
      '5m',
      '1mo',
      '-1',
      '1e9',
      '+275760-09-13',
      '0000-00-00',
      'casa_A',
    ),
    fc.string({ unit: 'binary', maxLength: 24 }),
  ),
)
