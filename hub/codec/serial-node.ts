import { z } from 'zod'
import type {
  AdcStatistics,
  NodeCheck,
  NodeCounters,
  NodeEvent,
  NodeIdentity,
  NodeMeasures,
  NodeNetwork,
  NodeRelay,
} from '../domain/node-serial.ts'
import type { Result } from '../domain/result.ts'
import { fail, ok } from '../domain/result.ts'

// Answers of a node over USB (docs/serial.md) as the domain names them.

type Body = Readonly<Record<string, unknown>>
type Decoded<T> = Result<T, string>

const text = z.string().max(64)
const count = z.number().int().min(0)
const power = z.number().nullable()

const IDENTITY = z.object({
  prodotto: z.literal('solar-family-node'),
  fw: text,
  scheda: text,
  casa: text,
  mac: text,
  boot: count,
  uptime_s: count,
  reset: text,
  watchdog: count,
  ram_libera: count,
  configurato: z.boolean(),
  da_salvare: z.boolean(),
})

export function decodeIdentity(body: Body): Decoded<NodeIdentity> {
  return decode(IDENTITY, body, (a) => ({
    firmware: a.fw,
    board: a.scheda,
    house: a.casa,
    mac: a.mac,
    boot: a.boot,
    uptimeS: a.uptime_s,
    reset: a.reset,
    watchdogResets: a.watchdog,
    freeRam: a.ram_libera,
    configured: a.configurato,
    unsaved: a.da_salvare,
  }))
}

const MEASURES = z.object({
  produzione_w: power,
  consumo_w: power,
  ma: z.tuple([z.number().nullable(), z.number().nullable()]),
  guasti: z.array(text).max(16),
  temperatura_c: z.number().nullish(),
  alimentazione_mv: z.number().nullish(),
  mqtt: text.optional(),
  link: z.boolean().optional(),
})

/** Both `misure` and the line that is said every second. */
export function decodeMeasures(body: Body): Decoded<NodeMeasures> {
  return decode(MEASURES, body, (a) => ({
    productionW: a.produzione_w,
    consumptionW: a.consumo_w,
    milliamps: a.ma,
    faults: a.guasti,
    temperatureC: a.temperatura_c ?? null,
    supplyMv: a.alimentazione_mv ?? null,
    mqtt: a.mqtt ?? null,
    link: a.link ?? null,
  }))
}

const ADC = z.object({
  canale: count,
  campioni: count,
  media: z.number(),
  rms: z.number(),
  min: z.number(),
  max: z.number(),
  tagliati: count,
  persi: count,
  finestra_ms: count,
})

export function decodeAdc(body: Body): Decoded<AdcStatistics> {
  return decode(ADC, body, (a) => ({
    channel: a.canale,
    samples: a.campioni,
    mean: a.media,
    rms: a.rms,
    min: a.min,
    max: a.max,
    clipped: a.tagliati,
    lost: a.persi,
    windowMs: a.finestra_ms,
  }))
}

const CHECK = z.object({
  nome: text,
  esito: z.enum(['pass', 'warn', 'fail', 'salta']),
  valore: text.optional(),
  atteso: text.optional(),
})

export function decodeCheck(body: Body): Decoded<NodeCheck> {
  return decode(CHECK, body, (a) => ({
    name: a.nome,
    verdict: a.esito === 'salta' ? 'skip' : a.esito,
    value: a.valore ?? '',
    expected: a.atteso ?? '',
  }))
}

const NETWORK = z.object({
  link: z.boolean(),
  dhcp: z.boolean(),
  ip: text,
  maschera: text,
  gateway: text,
  hub: text,
  porta: count,
  mqtt: text,
  errore: text,
  tentativi: count,
  in_coda: count,
})

export function decodeNetwork(body: Body): Decoded<NodeNetwork> {
  return decode(NETWORK, body, (a) => ({
    link: a.link,
    dhcp: a.dhcp,
    address: a.ip,
    mask: a.maschera,
    gateway: a.gateway,
    hub: a.hub,
    port: a.porta,
    mqtt: a.mqtt,
    lastError: a.errore,
    attempts: a.tentativi,
    queued: a.in_coda,
  }))
}

const COUNTERS = z.object({
  energia_prodotta_wh: z.number(),
  energia_consumata_wh: z.number(),
  energia_prelevata_wh: z.number(),
  energia_immessa_wh: z.number(),
  boot: count,
  scritture: count,
})

export function decodeCounters(body: Body): Decoded<NodeCounters> {
  return decode(COUNTERS, body, (a) => ({
    producedWh: a.energia_prodotta_wh,
    consumedWh: a.energia_consumata_wh,
    importedWh: a.energia_prelevata_wh,
    exportedWh: a.energia_immessa_wh,
    boot: a.boot,
    writes: a.scritture,
  }))
}

const EVENT = z.object({ boot: count, uptime_s: count, evento: text, valore: z.number() })

export function decodeEvent(body: Body): Decoded<NodeEvent> {
  return decode(EVENT, body, (a) => ({ boot: a.boot, uptimeS: a.uptime_s, event: a.evento, value: a.valore }))
}

const RELAY = z.object({
  uscita: count,
  carico: text,
  riposo: z.enum(['spento', 'acceso']),
  acceso: z.boolean().nullable(),
  origine: text,
  residuo_s: z.number(),
  blocco_s: z.number(),
})

export function decodeRelay(body: Body): Decoded<NodeRelay> {
  return decode(RELAY, body, (a) => ({
    output: a.uscita,
    load: a.carico,
    restsOn: a.riposo === 'acceso',
    on: a.acceso,
    origin: a.origine,
    remainingS: a.residuo_s,
    lockedS: a.blocco_s,
  }))
}

const SETTING = z.object({ campo: text, valore: z.union([z.string(), z.number()]) })

export function decodeSetting(body: Body): Decoded<readonly [string, string | number]> {
  return decode(SETTING, body, (a) => [a.campo, a.valore] as const)
}

const GAIN = z.object({
  misurato_ma: z.number(),
  vero_ma: z.number(),
  errore_prima: z.number(),
  errore_dopo: z.number(),
  guadagno: z.number(),
})

export function decodeGain(body: Body): Decoded<{
  readonly measuredMa: number
  readonly trueMa: number
  readonly errorBefore: number
  readonly errorAfter: number
  readonly gain: number
}> {
  return decode(GAIN, body, (a) => ({
    measuredMa: a.misurato_ma,
    trueMa: a.vero_ma,
    errorBefore: a.errore_prima,
    errorAfter: a.errore_dopo,
    gain: a.guadagno,
  }))
}

const ZERO = z.object({ prima: z.number(), dopo: z.number() })

export function decodeZero(body: Body): Decoded<{ readonly before: number; readonly after: number }> {
  return decode(ZERO, body, (a) => ({ before: a.prima, after: a.dopo }))
}

function decode<S extends z.ZodType, T>(schema: S, body: Body, map: (answer: z.output<S>) => T): Decoded<T> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return ok(map(parsed.data))
  const [issue] = parsed.error.issues
  return fail(`${issue?.path.join('.') || 'answer'}: ${issue?.message ?? 'not right'}`)
}
