import { readFileSync } from 'node:fs'
import type { HubConfig } from './config.ts'
import type { Result } from './domain/result.ts'
import { fail, ok } from './domain/result.ts'
import { LinePush } from './flow/line-push.ts'
import type { Recovery } from './flow/recovery.ts'
import type { Log } from './io/log.ts'
import { postText } from './io/notify-http.ts'
import { everySeconds } from './io/schedule.ts'
import { readSlots } from './store/readings.ts'
import type { Store } from './store/store.ts'

const TIMEOUT_MS = 15_000

/** Writes the slots that are over to a database of time series, where one is configured: a look at what is due at once, and what stops it. */
export function startLinePush(parts: {
  config: HubConfig
  clock: { readonly now: () => number }
  log: Log
  store: Store
  recovery: Recovery
}): { readonly look: () => Promise<void>; readonly stop: () => Promise<void> } {
  const { config, clock, log, store, recovery } = parts
  const { url, tokenFile } = config.influx
  if (url === null) return { look: async () => {}, stop: async () => {} }
  const ending = new AbortController()
  const push = new LinePush({
    now: () => clock.now(),
    slots: (range) => recovery.guard(() => readSlots(store.readings, range)),
    post: async (text) => {
      const token = readToken(tokenFile)
      if (!token.ok) return token.error
      const headers = {
        'content-type': 'text/plain; charset=utf-8',
        ...(token.value ? { authorization: `Token ${token.value}` } : {}),
      }
      const delivery = await postText(url, text, { headers, timeoutMs: TIMEOUT_MS, signal: ending.signal })
      return delivery.ok ? null : delivery.problem
    },
    onProblem: (problem) =>
      problem === null
        ? log.info('the time series are written again')
        : log.warn({ problem }, 'the time series are not written'),
  })
  const failed = (error: unknown) => log.warn({ error: String(error) }, 'the time series are not written')
  const look = () => push.run().catch(failed)
  const minute = everySeconds(60, () => void look())
  return {
    look,
    stop: async () => {
      minute.stop()
      ending.abort()
      await push.run().catch(() => {})
    },
  }
}

/** Read each time: a new token holds at once. Null where none is wanted. */
function readToken(file: string | null): Result<string | null, string> {
  if (file === null) return ok(null)
  try {
    return ok(readFileSync(file, 'utf8').split('\n')[0]?.trim() ?? null)
  } catch (error) {
    return fail(`${file} (influx.token_file) cannot be read: ${(error as NodeJS.ErrnoException).code}.`)
  }
}
