/** Alert codes as they travel to the node and into answers. */
export const ALERTS = [
  'performance_bassa',
  'fermo',
  'ombra',
  'sporco',
  'orologio',
  'cablaggio',
  'nodo_offline',
  'rele_incollato',
  'carico_non_risponde',
  'legionella_mancata',
  'pulisci_pannelli',
] as const
export type AlertCode = (typeof ALERTS)[number]

/** Sent to a node when none of its house's alerts is open any more. */
export const RECOVERED = 'rientrato'

export interface Alert {
  readonly house: string
  readonly code: AlertCode
  readonly openedAt: number
}
