import { cpus, release } from 'node:os'
import { resolveConfig } from '../../hub/config.ts'
import { fileSystem } from './folders.ts'

/** What the figures hold for. */
export function machine() {
  const config = resolveConfig({ data: '/' })
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    linux: release(),
    node: process.version,
    file_system: fileSystem(),
    synchronous: 'FULL',
    commit_interval_ms: config.ok ? config.value.config.ingest.commitIntervalMs : null,
  } as const
}
