import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, expect, it } from 'vitest'
import { dataFolderHolder, inUse, lockDataFolder } from './lock.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'solar-family-lock-'))
  cleanups.push(() => rmSync(dir, { recursive: true }))
  return dir
}

it('gives a folder to one at a time, and says who has it', () => {
  const dir = join(folder(), 'data')
  const first = lockDataFolder(dir, 4711)
  if (!first.ok) throw new Error('the folder is free')
  expect(lockDataFolder(dir, 4712)).toEqual({ ok: false, error: { pid: 4711 } })
  expect(dataFolderHolder(dir)).toEqual({ pid: 4711 })
  expect(inUse(dir, { pid: 4711 })).toContain('process id 4711')
  first.value.release()
  first.value.release()
  expect(dataFolderHolder(dir)).toBeNull()
  const second = lockDataFolder(dir, 4712)
  expect(second.ok).toBe(true)
  expect(statSync(join(dir, 'hub.lock')).size).toBe(0)
  if (second.ok) second.value.release()
})

it('is held though nobody keeps what it was answered with, and let go by a process that is killed', async () => {
  const dir = folder()
  const script = `
    import { lockDataFolder } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)}
    console.log(lockDataFolder(${JSON.stringify(dir)}, process.pid).ok)
    gc()
    console.log('collected')
    setInterval(() => {}, 1000)`
  const other = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => other.once('exit', resolve))
  cleanups.push(() => other.kill('SIGKILL'))
  const lines: string[] = []
  for await (const line of createInterface({ input: other.stdout })) if (lines.push(line) === 2) break
  expect(lines).toEqual(['true', 'collected'])
  expect(lockDataFolder(dir, process.pid)).toEqual({ ok: false, error: { pid: other.pid } })
  other.kill('SIGKILL')
  await ended
  const mine = lockDataFolder(dir, process.pid)
  expect(mine.ok).toBe(true)
  if (mine.ok) mine.value.release()
})
