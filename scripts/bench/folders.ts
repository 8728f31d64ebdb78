import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A real disk: the system's folder for temporary files unless that is memory. */
const PARENT: string =
  [tmpdir(), '/var/tmp', process.cwd()].find((path) => !/^(tmpfs|ramfs)$/.test(fileSystem(path))) ?? '.'

const made: string[] = []

export function dataFolder(): string {
  const folder = mkdtempSync(join(PARENT, 'solar-family-bench-'))
  made.push(folder)
  return folder
}

export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** Kind of file system under the data folders, such as ext4. */
export function fileSystem(path: string = PARENT): string {
  const out = execFileSync('df', ['--output=fstype', path], { encoding: 'utf8' })
  return out.trim().split('\n').at(-1) ?? ''
}
