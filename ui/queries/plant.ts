import { alertRule } from '../../hub/domain/cycle.ts'
import { type PlantState, plantStates } from '../../hub/domain/plant-state.ts'
import { SECOND } from '../../hub/domain/time.ts'
import { countReadings, readRefusals } from '../../hub/store/readings.ts'
import { databaseSize } from '../../hub/store/size.ts'
import type { HubDeps } from '../deps.ts'
import type { PlantPage } from '../view-models.ts'
import { planeRows, sensorRows } from './health.ts'

/** What a technician needs to see of nodes, broker and storage. */
export async function plantPage(deps: HubDeps): Promise<PlantPage> {
  const { houses } = deps.registry()
  const [refusals, readings] = await Promise.all([readRefusals(deps.readings), countReadings(deps.readings)])
  const latest = deps.live.latestOf(houses.keys())
  const image = deps.image()
  const states = plantStates(image)
  const plants = alertRule(image) === 'robusta' ? deps.plants() : null
  // A plant is called low by the rule that raises its alert: under the robust one the moment's share of the mean says nothing.
  const stateOf = (house: string, state: PlantState): PlantState =>
    plants === null || state === 'offline' || state === 'notte'
      ? state
      : plants.get(house)?.finding?.grade === 'alert'
        ? 'anomalo'
        : 'ok'
  return {
    nodes: [...houses.values()].map((house) => {
      const node = deps.live.node(house.id)
      const heardAt = Math.max(latest.get(house.id)?.production?.at ?? 0, node?.at ?? 0)
      return {
        house: house.id,
        name: house.name,
        online: states.get(house.id) !== 'offline',
        heardAt: heardAt > 0 ? heardAt : null,
        fw: node?.fw ?? null,
        boot: node?.boot ?? null,
        uptimeS:
          node?.online && node.uptimeS !== null ? node.uptimeS + Math.round((deps.now() - node.at) / SECOND) : null,
        state: stateOf(house.id, states.get(house.id) ?? 'offline'),
        refusals: refusals
          .filter((r) => r.house === house.id)
          .map((r) => ({
            reason: r.reason,
            count: r.count,
            lastAt: r.last_at,
            campo: r.campo,
            valore: r.valore,
            atteso: r.atteso,
          })),
      }
    }),
    sensors: sensorRows(deps),
    planes: planeRows(deps),
    strangers: deps.strangers().map(({ who, address, why, count, lastAt }) => ({ who, address, why, count, lastAt })),
    broker: deps.broker(),
    certificate: deps.certificate(),
    store: { readings, bytes: databaseSize(deps.files.readings), commitMs: deps.ingest.lastCommitMs },
  }
}
