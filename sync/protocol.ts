import { z } from 'zod'

/** What hub and central say to each other, docs/sync.md in code. Names on the wire are Italian, energies Wh, instants Unix seconds. */

export const FORMAT = 1

export const PATHS = {
  enrol: '/sync/v1/iscrizione',
  batches: '/sync/v1/lotti',
  token: '/sync/v1/token',
} as const

export const LIMITS = {
  /** Of a batch as it travels, and unpacked. */
  gzipBytes: 256 * 1024,
  jsonBytes: 1024 * 1024,
  rows: 1_000,
  /** How far ahead of the central's clock a row may begin, s. */
  aheadS: 3_600,
} as const

/** What a hub puts into one batch: well under the limits, so that a row more never breaks one. */
export const BATCH_ROWS = 500

const hubId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/)
const wh = z.number().min(0).max(1e12)
const share = z.number().min(0).max(1)
const count = z.number().int().min(0).max(1e6)
const second = z.number().int().min(1_451_606_400).max(1e11)
const civilDay = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)

const energy = {
  prodotta_wh: wh.nullable(),
  consumata_wh: wh.nullable(),
  prelevata_wh: wh.nullable(),
  immessa_wh: wh.nullable(),
  copertura: share,
}

/** The community's totals of a quarter of an hour. Import and export are the sums of the houses', before sharing. */
export const communitySlot = z.strictObject({
  ...energy,
  condivisa_wh: wh.nullable(),
  picco_wp: wh,
  case: count,
  /** Of the grid at that time; null = not known. */
  g_kwh: z.number().min(0).max(5_000).nullable(),
})
/** A day of one house. */
export const houseDay = z.strictObject({ giorno: civilDay, ...energy, picco_wp: wh })
/** `casa` only where the community has agreed to tell of houses. */
export const alertRecord = z.strictObject({
  codice: z.string().regex(/^[a-z_]{1,40}$/),
  casa: hubId.nullable(),
  aperto: second,
  chiuso: second.nullable(),
})
export const nodeHealth = z.strictObject({
  case: count,
  sentite: count,
  avvisi_aperti: count,
  firmware: z.record(z.string().max(40), count),
  motivi: z.array(z.string().max(40)).max(40),
})
export const forecastScore = z.strictObject({
  giorno: civilDay,
  fonte: z.string().max(40),
  p10_wh: wh,
  p50_wh: wh,
  p90_wh: wh,
  misurata_wh: wh,
})

const row = <K extends string, T extends z.ZodType>(kind: K, data: T) =>
  z.strictObject({
    tipo: z.literal(kind),
    inizio: second,
    soggetto: z.string().max(40),
    versione: z.number().int().min(1).max(1e9),
    /** Null = what was sent for this place is to be forgotten. */
    dati: data.nullable(),
  })

export const KINDS = ['comunita_15m', 'casa_giorno', 'avviso', 'salute', 'previsione'] as const
export type Kind = (typeof KINDS)[number]

export const rowSchema = z.discriminatedUnion('tipo', [
  row('comunita_15m', communitySlot),
  row('casa_giorno', houseDay),
  row('avviso', alertRecord),
  row('salute', nodeHealth),
  row('previsione', forecastScore),
])
export type Row = z.infer<typeof rowSchema>

export const batchSchema = z.strictObject({
  formato: z.literal(FORMAT),
  hub: hubId,
  lotto: z.string().regex(/^[A-Za-z0-9_-]{8,64}$/),
  inviato: second,
  programma: z.string().min(1).max(40),
  comunita: z.string().max(120),
  fuso: z.string().max(64).refine(isZone, 'a time zone such as Europe/Rome'),
  luogo: z
    .strictObject({ latitudine: z.number().min(-90).max(90), longitudine: z.number().min(-180).max(180) })
    .nullable(),
  righe: z.array(rowSchema).max(LIMITS.rows),
})
export type Batch = z.infer<typeof batchSchema>

/** Which row: together with the hub the identity of an aggregate. */
export const placeSchema = z.object({
  tipo: z.enum(KINDS),
  inizio: z.number(),
  soggetto: z.string(),
  versione: z.number(),
})

export const receiptSchema = z.object({
  lotto: z.string(),
  registrate: z.number(),
  gia_note: z.number(),
  /** Rows of which the central holds a later version, or another content of the same: with the version it holds. */
  superate: z.array(placeSchema),
})
export type Receipt = z.infer<typeof receiptSchema>

export const enrolSchema = z.strictObject({
  codice: z.string().min(4).max(40),
  programma: z.string().min(1).max(40),
})
export const enrolledSchema = z.object({ hub: hubId, token: z.string().min(20) })
export const tokenSchema = z.object({ token: z.string().min(20) })

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string().optional(),
  errors: z.array(z.object({ campo: z.string(), valore: z.unknown(), atteso: z.string() })).optional(),
})
export type Problem = z.infer<typeof problemSchema>

export function isHubId(text: string): boolean {
  return hubId.safeParse(text).success
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== null
  } catch {
    return false
  }
}
