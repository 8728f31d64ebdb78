import { noticeText } from '../ui/view/notice-text.ts'
import { notificationsTopic } from './codec/topics.ts'
import type { Notice } from './domain/notice.ts'
import type { Delivery } from './domain/notice-message.ts'
import type { Settings } from './domain/settings.ts'
import { DEFAULT_NOTIFY } from './domain/settings.ts'
import { isoSeconds } from './domain/time.ts'
import type { Deliver } from './flow/notices.ts'
import { Notices } from './flow/notices.ts'
import type { Registry } from './flow/registry.ts'
import type { Log } from './io/log.ts'
import type { MessageBroker } from './io/message-broker.ts'
import { postJson, signatureOf } from './io/notify-http.ts'
import { sendMail } from './io/notify-mail.ts'
import { everySeconds } from './io/schedule.ts'
import type { Store } from './store/store.ts'

const TIMEOUT_MS = 20_000
const EVERY_S = 60

export interface RunningNotify {
  readonly deliver: Deliver
  /** Looks at once whether there is something to tell, or to send. */
  readonly look: () => Promise<void>
  readonly start: () => () => Promise<void>
}

/** Messages about alerts, looked after once a minute from `start` on. The demo sends nothing anywhere. */
export function prepareNotify(parts: {
  readonly now: () => number
  readonly clockCertain: () => boolean
  readonly log: Log
  readonly registry: Registry
  readonly store: Store
  readonly broker: () => MessageBroker
  readonly root: string
  readonly demo: boolean
}): RunningNotify {
  const { now, clockCertain, log, registry, store, broker, root, demo } = parts
  const ending = new AbortController()
  const limits = { timeoutMs: TIMEOUT_MS, signal: ending.signal }
  const settings = (): Settings =>
    demo ? { ...registry.current.settings, notify: DEFAULT_NOTIFY } : registry.current.settings
  const deliver: Deliver = async (notify, { channel, target }, message, id) => {
    const { notice, at, subject, text } = message
    const body = () =>
      JSON.stringify({ id, ts: isoSeconds(at), prova: notice === null, titolo: subject, testo: text, ...told(notice) })
    switch (channel) {
      case 'email':
        return notify.mail && target ? sendMail(notify.mail, target, message, { id, ...limits }) : OFF
      case 'ntfy': {
        if (!notify.ntfy || !target) return OFF
        const { url, token } = notify.ntfy
        const post = JSON.stringify({ topic: target, title: subject, message: text, tags: ['sunny'] })
        return postJson(url, post, {
          headers: token === null ? {} : { authorization: `Bearer ${token}` },
          ...limits,
        })
      }
      case 'webhook': {
        if (!notify.webhook) return OFF
        const { url, secret } = notify.webhook
        const sent = body()
        const seconds = Math.floor(now() / 1000)
        return postJson(url, sent, {
          headers: {
            'x-solar-family-timestamp': String(seconds),
            'x-solar-family-signature': `sha256=${signatureOf(secret, seconds, sent)}`,
          },
          ...limits,
        })
      }
      case 'mqtt':
        if (!notify.mqtt) return OFF
        return broker()
          .publish(notificationsTopic(root), body(), { qos: 1, retain: false })
          .then(
            () => ({ ok: true }) as const,
            (error: unknown): Delivery => ({
              ok: false,
              problem: `MQTT: ${(error as Error).message}.`,
              permanent: false,
            }),
          )
    }
  }
  const notices = new Notices({
    now,
    db: store.control,
    settings,
    words: (notice, language) => {
      const { communityName, zone } = settings()
      return noticeText(notice, { language, zone, community: communityName })
    },
    deliver: (notify, to, message, id) => deliver(notify, to, message, id),
    onProblem: (channel, problem) =>
      log.warn({ channel, problem }, 'a message could not be delivered: it is tried again'),
  })
  const look = async () => {
    if (!clockCertain()) return
    await notices
      .run()
      .catch((error: unknown) => log.error({ error: String(error) }, 'messages could not be looked after'))
  }
  return {
    deliver: (_, to, message, id) => deliver(settings().notify, to, message, id),
    look,
    start: () => {
      const job = everySeconds(EVERY_S, () => void look())
      return async () => {
        job.stop()
        ending.abort()
        await notices.idle()
      }
    },
  }
}

const OFF: Delivery = { ok: false, problem: 'This way out is switched off.', permanent: true }

type Told = { readonly avvisi?: readonly object[] }

function told(notice: Notice | null): Told {
  if (notice === null) return {}
  return {
    avvisi: notice.lines.map(({ what, house, code, openedAt, closedAt }) => ({
      evento: EVENTS[what],
      casa: house,
      codice: code,
      dal: isoSeconds(openedAt),
      al: closedAt === null ? null : isoSeconds(closedAt),
    })),
  }
}

const EVENTS = { opened: 'aperto', closed: 'rientrato', passed: 'passato' } as const
