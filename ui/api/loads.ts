import { isoSeconds, SECOND } from '../../hub/domain/time.ts'
import type { HubDeps } from '../deps.ts'
import type { LoadView } from '../models/load-view.ts'
import { loadViews } from '../queries/loads.ts'

/** `GET /api/carichi/`: loads with state, reason and timers; of one house where only that may be seen. */
export function loadsAnswer(deps: HubDeps, house: string | null) {
  const houses = house === null ? deps.registry().houses.keys() : [house]
  return { ts: isoSeconds(deps.now()), carichi: loadViews(deps, houses).map((view) => loadAnswer(view, deps.now())) }
}

export function loadAnswer(view: LoadView, now: number) {
  const { load, relay, decision, command, override } = view
  return {
    casa: load.house,
    carico: load.id,
    nome: load.name,
    tipo: load.kind,
    potenza_nominale_w: load.ratedW,
    riposo: load.rest === 'on' ? 'acceso' : 'spento',
    stato: relay && {
      acceso: relay.on,
      origine: relay.origin,
      eta_s: Math.max(0, Math.round((now - relay.at) / SECOND)),
      potenza_w: relay.powerW,
      temperatura_c: relay.temperatureC,
      blocco_s: relay.lockS,
    },
    decisione: decision && {
      acceso: decision.on,
      regola: decision.rule,
      dati: decision.inputs,
      alternativa: decision.alternative && { acceso: decision.alternative.on, regola: decision.alternative.rule },
      conto_alla_rovescia: decision.countdown && {
        verso: decision.countdown.to,
        secondi: Math.round(decision.countdown.inS),
      },
      in_osservazione: decision.shadow && { acceso: decision.shadow.on },
    },
    comando: command && { acceso: command.on, fase: command.phase, dal: isoSeconds(command.at), errore: command.error },
    manuale: override && { acceso: override.on, fino: isoSeconds(override.until), chi: override.who },
    osservazione_fino: view.shadowUntil === null ? null : isoSeconds(view.shadowUntil),
    dichiarato: !view.differences.some((d) => d.what === 'undeclared'),
    comandabile: view.isSwitchable,
    raggiungibile: view.isReachable,
    differenze: view.differences
      .filter((d) => d.what !== 'undeclared')
      .map((d) => ({ campo: d.what, qui: d.here, nodo: d.there })),
  }
}
