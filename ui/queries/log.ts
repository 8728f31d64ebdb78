import type { LogEntry, LogLevelShown, LogPage } from '../view-models.ts'
import { LOG_LEVELS_SHOWN } from '../view-models.ts'

/** pino's numbers. */
const FROM: Record<LogLevelShown, number> = { debug: 0, info: 30, warn: 40, error: 50 }

/** The lines of the log that are at least of a level and hold a text, newest first. */
export function logEntries(
  lines: readonly string[],
  asked: { livello?: string | undefined; cerca?: string | undefined },
): LogPage {
  const level = LOG_LEVELS_SHOWN.find((l) => l === asked.livello) ?? 'info'
  const search = (asked.cerca ?? '').slice(0, 80)
  const entries = lines
    .filter((line) => line.toLowerCase().includes(search.toLowerCase()))
    .map(parse)
    .filter((entry) => FROM[entry.level] >= FROM[level])
  return { level, search, total: lines.length, entries: entries.reverse() }
}

function parse(line: string): LogEntry {
  try {
    const { time, level, msg, ...rest } = JSON.parse(line) as { time?: string; level?: number; msg?: string }
    const detail = Object.keys(rest).length > 0 ? JSON.stringify(rest) : ''
    return { at: Date.parse(time ?? '') || 0, level: levelOf(level ?? 30), text: msg ?? '', detail }
  } catch {
    return { at: 0, level: 'info', text: line, detail: '' }
  }
}

function levelOf(level: number): LogLevelShown {
  return [...LOG_LEVELS_SHOWN].reverse().find((name) => level >= FROM[name]) ?? 'debug'
}
