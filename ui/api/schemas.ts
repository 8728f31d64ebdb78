import { z } from 'zod'
import { ALERTS } from '../../hub/domain/alert.ts'
import { QUALITIES } from '../../hub/domain/slot.ts'

/** What crosses the hub's HTTP interface, as schemas: the reference is made of them, and tests hold the answers to them. */

const house = z.string().describe('id of a house')
const instant = z.iso.datetime({ offset: true }).describe('ISO 8601, UTC')
const watts = z.number().describe('W')
const wattHours = z.number().nullable().describe('Wh; null = not known, never 0')
const grams = z.int().describe('g CO2e')

const reading = {
  ts: z.union([z.string(), z.number()]).optional().describe('ISO 8601 UTC or Unix seconds; left out = now'),
  eta_s: z.number().optional().describe('age of the measurement, s; `ts` counts where both are given'),
  boot: z.int().optional().describe('boot counter of the node'),
  uptime_s: z.int().optional(),
  seq: z.int().optional().describe('rises by one per message over all topics of a boot'),
  energia_prodotta_wh: z.number().optional().describe('monotonic counter, Wh'),
  energia_consumata_wh: z.number().optional(),
  energia_prelevata_wh: z.number().optional(),
  energia_immessa_wh: z.number().optional(),
}

export const productionBody = z.looseObject({ casa: house, potenza_w: watts, ...reading })
export const balanceBody = z.looseObject({ casa: house, produzione_w: watts, consumo_w: watts, ...reading })

export const posted = z.strictObject({ casa: house, esito: z.enum(['registrata', 'duplicata']) })

export const problem = z.object({
  type: z.string().optional(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  errors: z.array(z.object({ campo: z.string(), valore: z.unknown(), atteso: z.string() })).optional(),
})

export const dashboardAnswer = z.strictObject({
  ts: instant,
  rendimento_medio_comunita: z.number().nullable().describe('W per Wp'),
  impianti: z.array(
    z.strictObject({
      nome: z.string(),
      potenza_picco_wp: z.number(),
      potenza_w: z.number().nullable(),
      consumo_w: z.number().nullable(),
      rendimento: z.number().nullable(),
      stato: z.enum(['offline', 'notte', 'anomalo', 'ok']),
      ts: instant.nullable(),
    }),
  ),
})

export const communityAnswer = z.strictObject({
  ts: instant,
  case: z.array(z.strictObject({ nome: z.string(), produzione_w: z.int(), consumo_w: z.int(), bilancio_w: z.int() })),
  bilancio_totale_w: z.int(),
  condivisa_w: z.int(),
  prelievo_rete_w: z.int(),
  immissione_rete_w: z.int(),
  autosufficienza: z.number().nullable().describe('1 - import / consumption, four decimals'),
  flussi: z.array(z.strictObject({ da: z.string(), a: z.string(), potenza_w: z.int() })),
  senza_dati: z.array(z.string()),
})

export const historyAnswer = z.strictObject({
  casa: house.nullable().describe('null = the community'),
  passo: z.enum(['5m', '15m', '1h', '1d', '1mo']),
  fuso: z.string(),
  righe: z.array(
    z.strictObject({
      inizio: instant,
      durata_s: z.number(),
      prodotta_wh: wattHours,
      consumata_wh: wattHours,
      prelevata_wh: wattHours,
      immessa_wh: wattHours,
      condivisa_wh: wattHours,
      qualita: z.enum(QUALITIES),
      copertura: z.number().describe('covered share of the interval, 0..1'),
    }),
  ),
})

export const co2Answer = z.strictObject({
  da: instant,
  a: instant,
  fattori: z.array(z.strictObject({ g_kwh: z.number(), fonte: z.string(), anno: z.int(), dal: z.iso.date() })),
  ore_con_fattore_orario: z.int(),
  produzione_wh: z.int(),
  produzione_g: grams.describe('all production x factor, gross'),
  evitata_autoconsumo_g: grams,
  evitata_condivisione_g: grams,
  immessa_g: grams.describe('given to the grid; never to be added to the other two'),
  ciclo_vita_g: grams,
  ore_senza_fattore: z.int(),
})

export const alertsAnswer = z.strictObject({
  avvisi: z.array(
    z.strictObject({
      casa: house,
      codice: z.enum(ALERTS),
      aperto: instant,
      chiuso: instant.nullable(),
      dettaglio: z.record(z.string(), z.unknown()),
    }),
  ),
})

export const tariffAnswer = z.array(
  z.strictObject({ start: instant, end: instant, value: z.number().describe('euro/kWh') }),
)

export const forecastAnswer = z.strictObject({
  emessa: instant,
  fonte: z.enum(['meteo', 'cache', 'cielo_sereno', 'anno_tipo']),
  eta_meteo_s: z.int().nullable(),
  fuso: z.string(),
  giorni: z.array(
    z.strictObject({
      giorno: z.iso.date(),
      casa: house.nullable().describe('null = the community, whose quantiles are its own'),
      p10_wh: z.int(),
      p50_wh: z.int(),
      p90_wh: z.int(),
      residuo_wh: z.int().describe('P50 of what is still to come of the day'),
    }),
  ),
  intervalli: z.array(
    z.strictObject({
      inizio: instant,
      durata_s: z.int(),
      casa: house.nullable(),
      p10_w: z.int(),
      p50_w: z.int(),
      p90_w: z.int(),
    }),
  ),
})

const command = z.looseObject({
  id: z.string(),
  carico: z.string().optional(),
  acceso: z.boolean().optional(),
  azione: z.enum(['pulizia', 'ferma_pulizia']).optional(),
  ttl_s: z.int().optional().describe('counts from the answer'),
  boot: z.int().optional(),
  entro_s: z.int().optional(),
})
export const commandsAnswer = z.strictObject({ casa: house, comandi: z.array(command), riprova_s: z.int() })

export const commandResultBody = z.looseObject({
  casa: house,
  id: z.string(),
  ok: z.boolean(),
  errore: z.string().optional(),
  riprova_s: z.number().optional(),
})
export const loadStateBody = z.looseObject({
  casa: house,
  carico: z.string(),
  acceso: z.boolean(),
  origine: z.enum(['comando', 'interruttore', 'sicurezza', 'servizio', 'riposo']),
  id: z.string().optional(),
  residuo_s: z.number().optional(),
  blocco_s: z.number().optional(),
  potenza_w: z.number().optional(),
  temperatura_c: z.number().optional(),
})
export const overrideBody = z.looseObject({
  modo: z.enum(['auto', 'acceso', 'spento']),
  durata_s: z.int().optional().describe('7200 where it is left out'),
})
export const loadAnswer = z.looseObject({
  casa: house,
  carico: z.string(),
  nome: z.string(),
  tipo: z.string(),
  potenza_nominale_w: z.number(),
  riposo: z.enum(['acceso', 'spento']),
  stato: z
    .looseObject({ acceso: z.boolean(), origine: z.string(), eta_s: z.int() })
    .nullable()
    .describe('as the node reported it last; null = unknown'),
  decisione: z
    .looseObject({ acceso: z.boolean(), regola: z.string(), dati: z.unknown() })
    .nullable()
    .describe('what the controller wants, by which rule, from which figures'),
  comando: z.looseObject({ acceso: z.boolean(), fase: z.string(), dal: instant }).nullable(),
  manuale: z.looseObject({ acceso: z.boolean(), fino: instant }).nullable().describe('a person has taken over until'),
  osservazione_fino: instant.nullable(),
  dichiarato: z.boolean(),
  comandabile: z.boolean(),
  raggiungibile: z.boolean(),
})
export const loadsAnswer = z.strictObject({ ts: instant, carichi: z.array(loadAnswer) })

export const nodeKeyAnswer = z.looseObject({ casa: house, chiave: z.string().describe('shown only now') })

export const healthAnswer = z.strictObject({
  stato: z.enum(['ok', 'degradato']),
  motivi: z.array(z.object({ reason: z.string(), detail: z.string() })).optional(),
})
