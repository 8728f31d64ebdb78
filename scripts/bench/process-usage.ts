import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface ProcessUsage {
  /** Processor time of all threads so far, s. */
  readonly cpuS: number
  readonly rssKb: number
  readonly privateDirtyKb: number
}

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** What a process has taken, from Linux's own books. */
export function readProcess(pid: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // Counted from behind the name, which may hold spaces: utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return {
    cpuS: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    rssKb: kilobytes(`/proc/${pid}/status`, 'VmRSS'),
    privateDirtyKb: kilobytes(`/proc/${pid}/smaps_rollup`, 'Private_Dirty'),
  }
}

function kilobytes(file: string, name: string): number {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((l) => l.startsWith(`${name}:`))
  return Number(line?.match(/\d+/)?.[0])
}
