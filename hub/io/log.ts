import { pino } from 'pino'

export type Log = ReturnType<typeof makeLog>

/** JSON lines on standard error; nothing secret goes in. */
export function makeLog(level: string) {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )
}
