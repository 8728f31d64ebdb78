import { shareProportionally } from '../../hub/domain/sharing.ts'
import { dayBounds, HOUR, SLOT } from '../../hub/domain/time.ts'
import type {
  BenchmarkView,
  CommunityPage,
  CurvePoint,
  DayChoice,
  HousePage,
  PlantPage,
  Reader,
} from '../view-models.ts'
import { sampleHealth, samplePlanes, sampleSensors } from './sample-health.ts'

/** Plausible pages for tests: a sunny early afternoon. */

export const ZONE = 'Europe/Rome'
export const NOON = Date.parse('2026-06-21T12:03:24Z')

export function sampleReader(over: Partial<Reader> = {}): Reader {
  return {
    language: 'it',
    theme: 'auto',
    contrast: false,
    user: { name: 'Anna', role: 'resident', house: 'casa_03' },
    path: '/',
    community: 'Comunità dei Tigli',
    zone: ZONE,
    now: NOON,
    demo: false,
    openAlerts: 1,
    degraded: [],
    setupDone: true,
    ...over,
  }
}

export function sampleDay(day = '2026-06-21', isToday = true): DayChoice {
  const date = Temporal.PlainDate.from(day)
  return {
    day,
    isToday,
    previous: date.subtract({ days: 1 }).toString(),
    next: isToday ? null : date.add({ days: 1 }).toString(),
    ...dayBounds(date, ZONE),
  }
}

/** A sine of production over a level consumption, known until `until`. */
export function sampleCurve(day: DayChoice, peakW: number, until = NOON): CurvePoint[] {
  const points: CurvePoint[] = []
  for (let start = day.from; start < day.to; start += SLOT) {
    const hour = (start - day.from) / HOUR
    const known = start < until
    const sun = Math.max(0, Math.sin(((hour - 6) / 14) * Math.PI))
    points.push({
      start,
      productionW: known ? Math.round(peakW * sun) : null,
      consumptionW: known ? 400 : null,
      quality: known ? 'misurata' : 'mancante',
    })
  }
  return points
}

/** `count` houses, every fourth without a plant, with whole and steady figures. */
export function sampleHouses(count: number) {
  return Array.from({ length: count }, (_, i) => {
    const id = `casa_${String(i + 1).padStart(2, '0')}`
    const peakPower = i % 4 === 3 ? 0 : 3000 + 500 * (i % 5)
    const productionW = Math.round(peakPower * (i === 5 ? 0.3 : 0.58 + (i % 3) / 50))
    const consumptionW = 300 + ((i * 377) % 2400)
    return { id, peakPower, productionW, consumptionW, balanceW: productionW - consumptionW }
  })
}

export function sampleHousePage(over: Partial<HousePage> = {}): HousePage {
  const day = sampleDay()
  return {
    house: { id: 'casa_03', name: 'Casa Rossi', peakPower: 4500 },
    choices: [],
    day,
    now: {
      productionW: 3714,
      consumptionW: 1688,
      toCommunityW: 1430,
      fromCommunityW: 0,
      toGridW: 596,
      fromGridW: 0,
      at: NOON - 4000,
      fresh: true,
      state: 'ok',
    },
    totals: {
      producedWh: 18_400,
      consumedWh: 11_200,
      importedWh: 2900,
      exportedWh: 10_100,
      sharedWh: 6100,
      selfSufficiencyRate: 0.7411,
      selfConsumptionRate: 0.4511,
      quality: 'misurata',
      coverage: 0.98,
    },
    curve: sampleCurve(day, 4200),
    loads: [],
    alerts: [
      {
        id: 7,
        house: 'casa_03',
        code: 'performance_bassa',
        openedAt: NOON - 3 * HOUR,
        closedAt: null,
        detail: { rendimento: 0.41, media: 0.58, soglia: 0.85, impianti: 9 },
        seen: null,
      },
    ],
    benchmark: {
      ...{ unit: 'W/Wp', own: 0.62, mean: 0.58, threshold: 0.85, plants: 9 },
      ...{ conclusive: true, dark: false, judged: false },
    },
    ...over,
  }
}

export function sampleBenchmark(count: number, own: string | null): BenchmarkView {
  const plants = sampleHouses(count).filter((house) => house.peakPower > 0)
  const mean = plants.reduce((sum, house) => sum + house.productionW / house.peakPower, 0) / plants.length
  return {
    unit: 'W/Wp',
    mean,
    threshold: 0.85,
    conclusive: true,
    dark: false,
    plants: plants.length,
    rows: plants.map(({ id, peakPower, productionW }) => {
      const value = productionW / peakPower
      return {
        name: id,
        own: id === own,
        houses: 1,
        peakPower,
        value,
        ratio: value / mean,
        state: value < 0.85 * mean ? 'anomalo' : 'ok',
      }
    }),
  }
}

export function sampleCommunityPage(count = 12, over: Partial<CommunityPage> = {}): CommunityPage {
  const houses = sampleHouses(count)
  const sharing = shareProportionally(houses.map((house) => ({ id: house.id, net: house.balanceW })))
  const consumption = houses.reduce((sum, house) => sum + house.consumptionW, 0)
  const day = sampleDay()
  return {
    day,
    live: {
      at: NOON - 2000,
      houses,
      balanceW: houses.reduce((sum, house) => sum + house.balanceW, 0),
      sharedW: sharing.shared,
      gridImportW: sharing.gridImport,
      gridExportW: sharing.gridExport,
      selfSufficiencyRate: 1 - sharing.gridImport / consumption,
      flows: sharing.flows,
      withoutData: ['casa_99'],
    },
    ownHouse: 'casa_03',
    dayFlows: [],
    totals: sampleHousePage().totals,
    curve: sampleCurve(day, 40_000),
    benchmark: sampleBenchmark(count, 'casa_03'),
    health: sampleHealth(),
    alerts: sampleHousePage().alerts,
    houses: count + 1,
    ...over,
  }
}

export function samplePlantPage(): PlantPage {
  return {
    nodes: [
      {
        house: 'casa_01',
        name: 'Casa Verdi',
        online: true,
        heardAt: NOON - 4000,
        fw: '1.0.0',
        boot: 17,
        uptimeS: 5000,
        state: 'ok',
        refusals: [
          {
            reason: 'produzione',
            count: 12,
            lastAt: NOON - 60_000,
            campo: 'potenza_w',
            valore: '98000',
            atteso: '< 3750',
          },
        ],
      },
      {
        house: 'casa_02',
        name: 'casa_02',
        online: false,
        heardAt: null,
        fw: null,
        boot: null,
        uptimeS: null,
        state: 'offline',
        refusals: [],
      },
    ],
    sensors: sampleSensors(),
    planes: samplePlanes(),
    strangers: [{ who: 'casa_77', address: '192.168.1.77', why: 'unknown user', count: 41, lastAt: NOON - 30_000 }],
    broker: { port: 1883, clients: 11, externalUrl: null },
    certificate: {
      fingerprint: Array.from({ length: 32 }, () => 'AB').join(':'),
      validTo: Date.UTC(2027, 6, 1),
      own: true,
    },
    store: { readings: 1_234_567, bytes: 84e6, commitMs: null },
  }
}
