import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runJson } from '../../test/support/hub-process.ts'

export interface BenchHouse {
  readonly id: string
  readonly key: string
}

/** So many houses in a data folder, as the command line imports them. */
export async function importHouses(data: string, count: number): Promise<BenchHouse[]> {
  const file = join(data, 'houses.csv')
  const rows = Array.from({ length: count }, (_, i) => `${houseId(i)},${peakOf(i)}`)
  writeFileSync(file, ['id,peak_w', ...rows, ''].join('\n'))
  const keys = await runJson<Record<string, string>>('house', 'import', file, '--data', data)
  return Object.entries(keys).map(([id, key]) => ({ id, key }))
}

export function houseId(i: number): string {
  return `casa_${String(i + 1).padStart(3, '0')}`
}

/** 3 to 6 kWp. */
export function peakOf(i: number): number {
  return 3000 + (i % 7) * 500
}
