import type { SyncPage } from '../models/sync.ts'

const NOON = Date.UTC(2026, 5, 21, 10)

/** Nothing agreed, no central. */
export const SYNC: SyncPage = {
  ...{
    url: null,
    hub: null,
    settings: { agreed: null, houses: null, paused: false },
    waiting: 0,
    held: 0,
    problem: null,
  },
  ...{ nextAt: null, next: null, sent: [], opened: null, codeError: null, saved: false },
}

/** Everything at once. */
export const SYNC_RUNNING: SyncPage = {
  ...{ url: 'central.example.org', hub: 'quartiere_1', waiting: 3, held: 1, nextAt: NOON },
  settings: { agreed: { at: NOON, by: 'anna' }, houses: { at: NOON, by: 'anna' }, paused: true },
  problem: '422: Nothing was stored: 1 row is wrong.',
  next: { text: 'formato 1', waitsForAnswer: true },
  sent: [{ id: 7, at: NOON, rows: 500, answeredAt: null }],
  opened: { id: 7, text: 'formato 1', answer: 'lotto x' },
  codeError: 'vuoto',
  saved: true,
}
