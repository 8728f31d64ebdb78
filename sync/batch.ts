import { gzipSync } from 'node:zlib'
import type { OutboxRow } from '../hub/store/outbox.ts'
import type { Batch, Row } from './protocol.ts'
import { FORMAT } from './protocol.ts'

/** What a hub says of itself in every batch. */
export interface Sender {
  readonly hub: string
  readonly program: string
  readonly community: string
  readonly zone: string
  readonly place: { readonly latitude: number; readonly longitude: number } | null
}

/** A batch as text, before it is packed. `at` in epoch ms. */
export function batchText(sender: Sender, rows: readonly OutboxRow[], lot: string, at: number): string {
  const tenth = (degrees: number) => Math.round(degrees * 10) / 10
  const batch: Batch = {
    formato: FORMAT,
    hub: sender.hub,
    lotto: lot,
    inviato: Math.floor(at / 1000),
    programma: sender.program,
    comunita: sender.community.slice(0, 120),
    fuso: sender.zone,
    luogo: sender.place && {
      latitudine: tenth(sender.place.latitude),
      longitudine: tenth(sender.place.longitude),
    },
    righe: rows.map(
      ({ kind, start, subject, version, body }) =>
        ({
          tipo: kind,
          inizio: start,
          soggetto: subject,
          versione: version,
          dati: JSON.parse(body) as unknown,
        }) as Row,
    ),
  }
  return JSON.stringify(batch)
}

/** The bytes that travel, base64. */
export function packed(text: string): string {
  return gzipSync(text).toString('base64')
}
