import { ALLOCATION_KEYS } from '../../hub/domain/allocation.ts'
import type { SharingPage } from '../models/sharing.ts'

/** A row a member: what it exchanged and what each key deals it, whole Wh. `excel` = semicolons and a byte order mark. */
export function sharingTable({ members, period, intervalMin }: SharingPage, style: 'plain' | 'excel'): string {
  const columns = [
    'periodo',
    'intervallo_min',
    'casa',
    'immessa_wh',
    'prelevata_wh',
    ...ALLOCATION_KEYS.flatMap((key) => [`ricevuta_${key}_wh`, `ceduta_${key}_wh`]),
  ]
  const rows = members.map((m) => [
    period.key,
    intervalMin,
    m.name,
    m.injectedWh,
    m.withdrawnWh,
    ...ALLOCATION_KEYS.flatMap((key) => [m.taken[key], m.given[key]]),
  ])
  const separator = style === 'excel' ? ';' : ','
  return `${style === 'excel' ? '\uFEFF' : ''}${[columns, ...rows].map((row) => row.join(separator)).join('\r\n')}\r\n`
}
