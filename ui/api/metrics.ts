import { createHmac } from 'node:crypto'
import { SECOND } from '../../hub/domain/time.ts'
import { databaseSize } from '../../hub/store/size.ts'
import type { HubDeps } from '../deps.ts'

type Labels = Readonly<Record<string, string>>

interface Sample {
  readonly labels?: Labels
  readonly value: number
}

/** Prometheus counts energy in joules. */
const JOULES = 3600
const DIRECTIONS = [
  ['production', 'producedWh'],
  ['consumption', 'consumedWh'],
  ['import', 'importedWh'],
  ['export', 'exportedWh'],
] as const

/** Figures for Prometheus in its text format 0.0.4: base units, and houses under labels that do not name them. */
export async function metrics(deps: HubDeps): Promise<string> {
  const { houses } = deps.registry()
  const now = deps.now()
  const latest = deps.live.latestOf(houses.keys())
  const labelOf = new Map([...houses.values()].map((h) => [h.id, houseLabel(h.id, h.keyHash)]))
  const energy = [...(await deps.counters())].flatMap(([id, counters]) =>
    DIRECTIONS.flatMap(([direction, wh]) => {
      const house = labelOf.get(id)
      const value = counters[wh]
      return house === undefined || value === null ? [] : [{ labels: { house, direction }, value: value * JOULES }]
    }),
  )
  const power: Sample[] = []
  const heard: Sample[] = []
  for (const [id, { production, consumption }] of latest) {
    const house = labelOf.get(id) ?? ''
    if (production) power.push({ labels: { house, direction: 'production' }, value: production.w })
    if (consumption) power.push({ labels: { house, direction: 'consumption' }, value: consumption.w })
    const at = Math.max(production?.at ?? 0, consumption?.at ?? 0)
    if (at > 0) heard.push({ labels: { house }, value: at / SECOND })
  }
  const { counts, lastCommitMs } = deps.ingest
  const reasons = deps.health()
  const { clients } = deps.broker()
  return [
    family('solarfamily_build_info', 'gauge', 'Version of the program.', [
      { labels: { version: deps.version }, value: 1 },
    ]),
    family('solarfamily_time_seconds', 'gauge', 'The clock of the hub.', [{ value: now / SECOND }]),
    family('solarfamily_houses', 'gauge', 'Houses of the community.', [{ value: houses.size }]),
    family('solarfamily_house_power_watts', 'gauge', 'Last power of a house.', power),
    family(
      'solarfamily_house_energy_joules_total',
      'counter',
      'Energy of a house since it was first measured.',
      energy,
    ),
    family('solarfamily_house_last_sample_timestamp_seconds', 'gauge', 'When a house was last measured.', heard),
    family(
      'solarfamily_messages_total',
      'counter',
      'Messages since the start, by what became of them.',
      Object.entries(counts).map(([outcome, value]) => ({ labels: { outcome }, value })),
    ),
    family(
      'solarfamily_commit_seconds',
      'gauge',
      'Duration of the last commit.',
      lastCommitMs === null ? [] : [{ value: lastCommitMs / 1000 }],
    ),
    family('solarfamily_cycles_total', 'counter', 'Cycles of the control since the start.', [{ value: deps.cycles() }]),
    family(
      'solarfamily_mqtt_connections',
      'gauge',
      'Clients of the broker.',
      clients === null ? [] : [{ value: clients }],
    ),
    family('solarfamily_alerts_open', 'gauge', 'Alerts that are open.', [{ value: deps.cycleState().episodes.length }]),
    family('solarfamily_degraded', 'gauge', 'Whether the hub is unwell.', [{ value: reasons.length > 0 ? 1 : 0 }]),
    family(
      'solarfamily_degraded_reason',
      'gauge',
      'Why the hub is unwell.',
      reasons.map(({ reason }) => ({ labels: { reason }, value: 1 })),
    ),
    family(
      'solarfamily_database_size_bytes',
      'gauge',
      'Size of a database file with its log.',
      Object.entries(deps.files).map(([file, path]) => ({
        labels: { file },
        value: databaseSize(path),
      })),
    ),
    family('process_resident_memory_bytes', 'gauge', 'Memory of the process.', [{ value: process.memoryUsage.rss() }]),
    family('process_cpu_seconds_total', 'counter', 'Processor time of the process.', [{ value: cpuSeconds() }]),
  ].join('')
}

/** The same house has the same label as long as it has the same key; nobody finds the id from it. */
export function houseLabel(id: string, keyHash: string): string {
  return createHmac('sha256', keyHash).update(id).digest('hex').slice(0, 12)
}

function family(name: string, type: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return ''
  const lines = samples.map(({ labels = {}, value }) => {
    const text = Object.entries(labels).map(([key, label]) => `${key}="${escaped(label)}"`)
    return `${name}${text.length > 0 ? `{${text.join(',')}}` : ''} ${value}`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`
}

function escaped(label: string): string {
  return label.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
