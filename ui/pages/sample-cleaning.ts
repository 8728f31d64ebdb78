import type { CleaningHouseView, CleaningPage } from '../models/cleaning.ts'

const NOON = Date.UTC(2026, 5, 21, 10)
const proposed: CleaningHouseView = {
  ...{ house: 'casa_03', name: 'Casa Rossi', state: 'proposed', why: null, by: null, stop: false, endedAt: null },
  ...{ remainingS: null, recovery: null, tooLate: false },
}
const past = Array.from({ length: 40 }, (_, i) => ({
  day: Temporal.PlainDate.from('2026-05-12').add({ days: i }).toString(),
  ratio: 1.01 - 0.003 * i + 0.01 * Math.sin(i * 2.4),
}))
const verdict = {
  ...{ kind: 'soiled' as const, day: 20_624, since: 20_584, plants: 8, agreeing: 0.875, loss: 0.11, lossPerDay: 0.003 },
  ...{ soiled: ['casa_03'], past: [] },
}
const money = {
  ...{ days: 30, rainForecast: false, lostWh: 512_000, efficacy: 0.8, euroPerKwh: 0.19, gainEur: 77.82, costEur: 8 },
  pays: true,
}

/** A proposal under way, one that is over, and the settings. For tests. */
export const sampleCleaning: CleaningPage = {
  verdict,
  past,
  since: '2026-05-11',
  hasWeather: true,
  cleanings: [
    {
      ...{ id: 2, at: NOON, by: null, money, verdict, open: true },
      houses: [
        proposed,
        { ...proposed, house: 'casa_04', name: 'casa_04', state: 'approved', why: 'sole', by: 'ada' },
        { ...proposed, house: 'casa_05', name: 'casa_05', state: 'running', by: 'ada', remainingS: 40 },
        { ...proposed, house: 'casa_06', name: 'casa_06', state: 'approved', by: 'ada', stop: true },
        { ...proposed, house: 'casa_07', name: 'casa_07', state: 'control' },
      ],
    },
    {
      ...{ id: 1, at: NOON - 9e9, by: 'tino', money: { ...money, rainForecast: true }, verdict: null, open: false },
      houses: [
        { ...proposed, state: 'done', by: 'tino', endedAt: NOON - 8e9, recovery: 0.081 },
        { ...proposed, house: 'casa_04', state: 'done', by: 'tino', endedAt: NOON - 8e9, tooLate: true },
        { ...proposed, house: 'casa_05', state: 'failed', why: 'attuatore_assente', by: 'tino', endedAt: NOON - 8e9 },
      ],
    },
  ],
  settings: {
    values: { modo: 'proponi', acqua: '1', manodopera: '0', durata: '60', intervallo: '14' },
    errors: { acqua: 'numero' },
  },
  saved: false,
}
