import { statSync } from 'node:fs'

/** Bytes of a database file with the log of what is not yet in it; 0 where there is none. */
export function databaseSize(file: string): number {
  return sizeOf(file) + sizeOf(`${file}-wal`)
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
