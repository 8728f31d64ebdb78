import { idProblem } from '../domain/house.ts'

/** Home Assistant's own prefix for what is discovered. */
export const DISCOVERY = 'homeassistant'
/** Home Assistant says here when it has started. */
export const BIRTH_TOPIC = `${DISCOVERY}/status`

/** A house as it is announced. */
export interface AnnouncedHouse {
  readonly id: string
  readonly name: string
  readonly peakPower: number
  readonly loads: readonly { readonly id: string; readonly name: string }[]
}

export interface Announcement {
  readonly topic: string
  readonly payload: string
}

/** Energies since the installation, Wh; null = nothing is known of it. */
export interface HouseCounters {
  readonly producedWh: number | null
  readonly consumedWh: number | null
  readonly importedWh: number | null
  readonly exportedWh: number | null
}

export interface HouseState extends HouseCounters {
  readonly productionW: number | null
  readonly consumptionW: number | null
  /** Load -> on or off; null = its node has not said so lately. */
  readonly loads: ReadonlyMap<string, boolean | null>
}

/** What the community's device shows; null = not known. */
export interface CommunityState {
  readonly productionW: number
  readonly consumptionW: number
  /** What houses give each other now, W. */
  readonly sharedW: number
  readonly housesHeard: number
  readonly openAlerts: number
  readonly producedWh: number | null
  readonly consumedWh: number | null
}

/** Id that stands for the community among the houses. */
export const COMMUNITY_DEVICE = ''

/** Of a house, or of the community. No house can be called `.hub`. */
export function stateTopic(root: string, house: string): string {
  return house === COMMUNITY_DEVICE ? `${root}/.hub/stato` : `${root}/.hub/stato/${house}`
}

export function availabilityTopic(root: string): string {
  return `${root}/.hub/disponibile`
}

export function switchTopic(root: string, { house, load }: { house: string; load: string }): string {
  return `${root}/.hub/carico/${house}/${load}/comando`
}

export function discoveryTopic(house: string): string {
  return `${DISCOVERY}/device/${deviceId(house)}/config`
}

/** The community's is no house's, whatever that is called. */
function deviceId(house: string): string {
  return house === COMMUNITY_DEVICE ? 'solarfamilyhub_comunita' : `solarfamily_${house}`
}

/** A value older than this is shown as unavailable, s: what is published comes every 30 s. */
const EXPIRES_S = 300

const POWERS = { produzione: 'Produzione', consumo: 'Consumo', bilancio: 'Bilancio' } as const
const ENERGIES = {
  prodotta: 'Energia prodotta',
  consumata: 'Energia consumata',
  prelevata: 'Energia prelevata',
  immessa: 'Energia immessa',
} as const

/**
 * A house in the device form of MQTT discovery (Home Assistant 2024.11 and later): powers in W, counters in kWh since the installation, as its
 * Energy dashboard wants them, and a switch for each load.
 */
export function discovery(house: AnnouncedHouse, { root, version }: { root: string; version: string }): Announcement {
  const uid = (part: string) => `${deviceId(house.id)}_${part}`
  const components: Record<string, object> = {}
  for (const [part, name] of Object.entries(POWERS)) {
    if (part === 'produzione' && !(house.peakPower > 0)) continue
    components[part] = power(uid(part), part, name)
  }
  for (const [part, name] of Object.entries(ENERGIES)) {
    if (part === 'prodotta' && !(house.peakPower > 0)) continue
    components[`energia_${part}`] = energy(uid(`energia_${part}`), part, name)
  }
  for (const { id, name } of house.loads) {
    components[`carico_${id}`] = {
      p: 'switch',
      unique_id: uid(`carico_${id}`),
      name,
      command_topic: switchTopic(root, { house: house.id, load: id }),
      value_template: `{{ value_json.carichi['${id}'] }}`,
      optimistic: false,
    }
  }
  return device({ id: house.id, name: house.name, model: 'Casa', components }, { root, version })
}

/** The community as a device of its own: what all make, use and share, and what needs somebody. */
export function communityDiscovery(name: string, hub: { root: string; version: string }): Announcement {
  const uid = (part: string) => `${deviceId(COMMUNITY_DEVICE)}_${part}`
  const count = (part: string, called: string, template: string) => ({
    ...{ p: 'sensor', unique_id: uid(part), name: called, expire_after: EXPIRES_S, state_class: 'measurement' },
    value_template: `{{ value_json.${template} }}`,
  })
  const components = {
    produzione: power(uid('produzione'), 'produzione', POWERS.produzione),
    consumo: power(uid('consumo'), 'consumo', POWERS.consumo),
    condivisa: power(uid('condivisa'), 'condivisa', 'Condivisa fra le case'),
    energia_prodotta: energy(uid('energia_prodotta'), 'prodotta', ENERGIES.prodotta),
    energia_consumata: energy(uid('energia_consumata'), 'consumata', ENERGIES.consumata),
    case_sentite: count('case_sentite', 'Case in linea', 'case_sentite'),
    avvisi: count('avvisi', 'Avvisi aperti', 'avvisi'),
  }
  return device({ id: COMMUNITY_DEVICE, name, model: 'Comunità', components }, hub)
}

function power(uniqueId: string, part: string, name: string): object {
  return {
    ...{ p: 'sensor', unique_id: uniqueId, name, expire_after: EXPIRES_S },
    ...{ device_class: 'power', state_class: 'measurement', unit_of_measurement: 'W' },
    value_template: `{{ value_json.${part}_w }}`,
  }
}

function energy(uniqueId: string, part: string, name: string): object {
  return {
    ...{ p: 'sensor', unique_id: uniqueId, name, expire_after: EXPIRES_S },
    ...{ device_class: 'energy', state_class: 'total_increasing', unit_of_measurement: 'kWh' },
    value_template: `{{ value_json.${part}_kwh }}`,
  }
}

function device(
  { id, name, model, components }: { id: string; name: string; model: string; components: object },
  { root, version }: { root: string; version: string },
): Announcement {
  const payload = {
    dev: { ids: [deviceId(id)], name, mf: 'Solar Family', mdl: model, sw: version },
    o: { name: 'Solar Family', sw: version },
    state_topic: stateTopic(root, id),
    availability_topic: availabilityTopic(root),
    cmps: components,
  }
  return { topic: discoveryTopic(id), payload: JSON.stringify(payload) }
}

/** What the entities of a house read; null is shown as unknown. */
export function houseState(state: HouseState): string {
  const { productionW, consumptionW } = state
  return JSON.stringify({
    produzione_w: productionW,
    consumo_w: consumptionW,
    bilancio_w: productionW === null || consumptionW === null ? null : productionW - consumptionW,
    prodotta_kwh: kwh(state.producedWh),
    consumata_kwh: kwh(state.consumedWh),
    prelevata_kwh: kwh(state.importedWh),
    immessa_kwh: kwh(state.exportedWh),
    carichi: Object.fromEntries(
      [...state.loads].map(([id, on]) => [id, on === null ? null : on ? 'ON' : 'OFF'] as const),
    ),
  })
}

/** What the entities of the community read. */
export function communityState(state: CommunityState): string {
  return JSON.stringify({
    produzione_w: state.productionW,
    consumo_w: state.consumptionW,
    condivisa_w: state.sharedW,
    prodotta_kwh: kwh(state.producedWh),
    consumata_kwh: kwh(state.consumedWh),
    case_sentite: state.housesHeard,
    avvisi: state.openAlerts,
  })
}

function kwh(wh: number | null): number | null {
  return wh === null ? null : Math.round(wh) / 1000
}

/** What an integration may say: that Home Assistant comes or goes, or a switch. */
export type IntegrationTopic =
  | { readonly kind: 'birth' }
  | { readonly kind: 'switch'; readonly house: string; readonly load: string }

export function parseIntegrationTopic(topic: string, root: string): IntegrationTopic | null {
  if (topic === BIRTH_TOPIC) return { kind: 'birth' }
  const prefix = `${root}/.hub/carico/`
  if (!topic.startsWith(prefix)) return null
  const [house = '', load = '', last, ...rest] = topic.slice(prefix.length).split('/')
  const isGood = last === 'comando' && rest.length === 0 && idProblem(house) === null && idProblem(load) === null
  return isGood ? { kind: 'switch', house, load } : null
}

/** An integration reads the community's topics and Home Assistant's, and nothing else. */
export function mayIntegrationSubscribe(filter: string, root: string): boolean {
  return [root, DISCOVERY].some((top) => filter.startsWith(`${top}/`))
}
