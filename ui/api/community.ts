import { compare } from '../../hub/domain/cycle.ts'
import { isFresh } from '../../hub/domain/latest.ts'
import type { PlantState } from '../../hub/domain/plant-state.ts'
import { plantStates } from '../../hub/domain/plant-state.ts'
import { isoSeconds } from '../../hub/domain/time.ts'
import type { Viewer } from '../../hub/domain/visibility.ts'
import { OTHERS, othersLast } from '../../hub/domain/visibility.ts'
import type { HubDeps } from '../deps.ts'
import { liveBalance, liveNames } from '../queries/live.ts'

/** `GET /api/comunita/stato/`. */
export function communityState(deps: HubDeps, viewer: Viewer) {
  const balance = liveBalance(deps, viewer)
  return {
    ts: isoSeconds(balance.at),
    case: balance.houses.map((h) => ({
      nome: h.id,
      produzione_w: h.productionW,
      consumo_w: h.consumptionW,
      bilancio_w: h.balanceW,
    })),
    bilancio_totale_w: balance.balanceW,
    condivisa_w: balance.sharedW,
    prelievo_rete_w: balance.gridImportW,
    immissione_rete_w: balance.gridExportW,
    autosufficienza: balance.selfSufficiencyRate,
    flussi: balance.flows.map((f) => ({ da: f.from, a: f.to, potenza_w: f.amount })),
    senza_dati: balance.withoutData,
  }
}

interface Plant {
  readonly id: string
  readonly potenza_picco_wp: number
  readonly potenza_w: number | null
  readonly consumo_w: number | null
  readonly stato: PlantState
  readonly at: number | null
}

/** `GET /api/dashboard/`: the last word of every plant, whatever its age, with the community's mean. */
export function dashboard(deps: HubDeps, viewer: Viewer) {
  const image = deps.image()
  const states = plantStates(image)
  const names = liveNames(deps, viewer)
  const plants = image.houses.map(
    (h): Plant => ({
      id: names.get(h.id) ?? OTHERS,
      potenza_picco_wp: h.peakPower,
      potenza_w: h.latest.production?.w ?? null,
      consumo_w: h.latest.consumption?.w ?? null,
      stato: states.get(h.id) ?? 'offline',
      at: h.latest.production?.at ?? null,
    }),
  )
  const others = plants.filter((p) => p.id === OTHERS)
  const named = plants.filter((p) => p.id !== OTHERS)
  const rows = (others.length > 0 ? [...named, merge(others, image.now)] : named).sort(othersLast)
  return {
    ts: isoSeconds(image.now),
    rendimento_medio_comunita: compare(image)?.mean ?? meanOfFresh(image),
    impianti: rows.map(({ id, at, ...plant }) => ({
      nome: id,
      potenza_picco_wp: plant.potenza_picco_wp,
      potenza_w: plant.potenza_w,
      consumo_w: plant.consumo_w,
      rendimento:
        plant.potenza_picco_wp > 0 && plant.potenza_w !== null
          ? round4(plant.potenza_w / plant.potenza_picco_wp)
          : null,
      stato: plant.stato,
      ts: at === null ? null : isoSeconds(at),
    })),
  }
}

/** In the dark the mean is still a number, though nothing is judged by it. */
function meanOfFresh(image: ReturnType<HubDeps['image']>): number | null {
  const yields = image.houses
    .filter((h) => h.peakPower > 0 && isFresh(h.latest.production, image.now))
    .map((h) => (h.latest.production?.w ?? 0) / h.peakPower)
  return yields.length === 0 ? null : round4(yields.reduce((a, b) => a + b, 0) / yields.length)
}

/** Neighbours that are not shown, as one plant: sums of those that report, and never that one of them is anomalous. */
function merge(plants: readonly Plant[], now: number): Plant {
  const heard = plants.filter((p) => p.stato !== 'offline')
  const sum = (of: (p: Plant) => number | null) => heard.reduce((total, p) => total + (of(p) ?? 0), 0)
  return {
    id: OTHERS,
    potenza_picco_wp: (heard.length > 0 ? heard : plants).reduce((total, p) => total + p.potenza_picco_wp, 0),
    potenza_w: heard.length > 0 ? sum((p) => p.potenza_w) : null,
    consumo_w: heard.length > 0 ? sum((p) => p.consumo_w) : null,
    stato: heard.length === 0 ? 'offline' : heard.some((p) => p.stato === 'notte') ? 'notte' : 'ok',
    at: heard.length === 0 ? null : Math.min(now, ...heard.map((p) => p.at ?? now)),
  }
}

function round4(value: number): number {
  return Math.round(value * 1e4) / 1e4
}
