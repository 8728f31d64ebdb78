import { CHANNELS, type Channel } from '../../hub/domain/notice-message.ts'
import type { NotifySettings } from '../../hub/domain/settings.ts'
import { MAIL_SECURITIES } from '../../hub/domain/settings.ts'
import { findWish, listMessages, saveWish } from '../../hub/store/notices.ts'
import { audit } from '../../hub/store/people.ts'
import { writeSettings } from '../../hub/store/settings.ts'
import type { NotifyPage, TestDelivery, WishForm } from '../models/notify.ts'
import { NOTIFY_FIELDS, WISH_FIELDS } from '../models/notify.ts'
import { notifyPage } from '../pages/notifiche.tsx'
import { translator } from '../view/messages.ts'
import { html, message } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf, whoOf } from './context.ts'
import { formValues } from './form.ts'
import { Throttle } from './throttle.ts'
import { isOwnNetwork, isServiceUrl } from './weather.ts'

const SHOWN_MESSAGES = 50

/** `GET /notifiche`. */
export function showNotify(context: RouteContext): Promise<Response> {
  return draw(context, { saved: context.c.req.query('salvato') !== undefined })
}

/** `POST /notifiche`. What is secret stays as it is where its field is left empty, and goes with the address it is for. */
export async function saveNotify(context: RouteContext): Promise<Response> {
  const { c, deps, principal } = context
  const body = await c.req.parseBody()
  const { notify: before } = deps.registry().settings
  const { next, errors } = parseNotify(body, before)
  if (Object.keys(errors).length > 0) return draw(context, { ...shownOf(next, body), errors }, 422)
  const at = deps.now()
  await writeSettings(deps.control, { notify: next }, at)
  await audit(deps.control, { at, who: whoOf(principal), what: 'notifications changed', detail: toldOf(next) })
  await deps.refreshRegistry()
  return c.redirect('/notifiche?salvato', 303)
}

/** `POST /notifiche/prova`: a message of no meaning, and what really came of it. */
export async function testNotify(context: RouteContext): Promise<Response> {
  const { c } = context
  const body = await c.req.parseBody()
  const channel = CHANNELS.find((known) => known === body['canale'])
  if (!channel) return message(context, 404)
  const t = translator(readerOf(context).language)
  const target = typeof body['destinatario'] === 'string' ? body['destinatario'].trim() : ''
  const problem =
    channel === 'email' && !EMAIL.test(target)
      ? t('wish.error.email')
      : channel === 'ntfy' && !TOPIC.test(target)
        ? t('wish.error.argomento')
        : null
  const test =
    problem === null
      ? await tryChannel(context, channel, target === '' ? null : target)
      : { channel, delivery: { ok: false as const, problem, permanent: true } }
  return draw(context, { test })
}

/** Tests of one's own addresses, per person and minute: each goes out. */
const ownTests = new Throttle(3)

/** `POST /profilo/prova`: a test message to the addresses a person has saved; null = too many of them. */
export async function testOwnWish(context: RouteContext, name: string): Promise<WishForm | null> {
  if (ownTests.wait(name, performance.now()) > 0) return null
  const wish = await findWish(context.deps.view, name)
  const ways = waysOf(context)
  const addresses = [
    { channel: 'email' as const, target: ways.mail ? (wish?.email ?? null) : null },
    { channel: 'ntfy' as const, target: ways.ntfy ? (wish?.ntfy ?? null) : null },
  ].filter(({ target }) => target !== null)
  const tests = await Promise.all(addresses.map(({ channel, target }) => tryChannel(context, channel, target)))
  return { ...(await wishForm(context, name, false)), tests }
}

/** Sends a message of no meaning. */
async function tryChannel(context: RouteContext, channel: Channel, target: string | null): Promise<TestDelivery> {
  const { deps } = context
  const { language, community } = readerOf(context)
  const t = translator(language)
  const at = deps.now()
  const words = { subject: t('notify.test.subject', { community }), text: t('notify.test.body') }
  const message = { ...words, notice: null, at }
  const { notify } = deps.registry().settings
  return { channel, delivery: await deps.notify.deliver(notify, { channel, target }, message, `prova-${at}`) }
}

/** `POST /profilo/avvisami`; the form to show again where something is wrong with it. */
export async function saveOwnWish(context: RouteContext, name: string): Promise<WishForm | null> {
  const { c, deps } = context
  const body = await c.req.parseBody()
  const values = formValues(WISH_FIELDS, body)
  const from = minuteOf(values.quiete_da)
  const to = minuteOf(values.quiete_a)
  const errors: WishForm['errors'] = {
    ...(values.email === '' || EMAIL.test(values.email) ? {} : { email: 'email' as const }),
    ...(values.ntfy === '' || TOPIC.test(values.ntfy) ? {} : { ntfy: 'argomento' as const }),
    ...(from === undefined || (from === null && to !== null) ? { quiete_da: 'ora' as const } : {}),
    ...(to === undefined || (to === null && from !== null) ? { quiete_a: 'ora' as const } : {}),
  }
  const recovery = body['rientro'] === 'si'
  if (Object.keys(errors).length > 0)
    return { ...waysOf(context), values, recovery, errors, saved: false, hasAddress: false, tests: [] }
  const before = await findWish(deps.view, name)
  const email = values.email || null
  const ntfy = values.ntfy || null
  const quiet =
    from === null || to === null || from === undefined || to === undefined ? null : { fromMin: from, toMin: to }
  const { language } = readerOf(context)
  const since = before?.since ?? deps.now()
  await saveWish(
    deps.control,
    name,
    email === null && ntfy === null ? null : { email, ntfy, language, quiet, recovery, since },
  )
  return null
}

/** What the profile shows of a person's notifications. */
export async function wishForm(context: RouteContext, name: string, saved: boolean): Promise<WishForm> {
  const wish = await findWish(context.deps.view, name)
  const ways = waysOf(context)
  return {
    ...ways,
    values: {
      email: wish?.email ?? '',
      ntfy: wish?.ntfy ?? '',
      quiete_da: clockOf(wish?.quiet?.fromMin),
      quiete_a: clockOf(wish?.quiet?.toMin),
    },
    recovery: wish?.recovery ?? true,
    errors: {},
    saved,
    hasAddress: (ways.mail && wish?.email != null) || (ways.ntfy && wish?.ntfy != null),
    tests: [],
  }
}

function waysOf({ deps }: RouteContext) {
  const { notify } = deps.registry().settings
  return { mail: notify.mail !== null, ntfy: notify.ntfy !== null }
}

const EMAIL = /^[^\s@<>,;:"()\\[\]\p{Cc}]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/u
const TOPIC = /^[A-Za-z0-9_-]{1,64}$/
const HOST = /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/
const MIN_SECRET = 16

/** "22:30" as minutes of the day; null when empty, undefined when it is no time. */
function minuteOf(text: string): number | null | undefined {
  if (text === '') return null
  const match = /^([01]?\d|2[0-3])[:.]([0-5]\d)$/.exec(text)
  return match ? Number(match[1]) * 60 + Number(match[2]) : undefined
}

function clockOf(minute: number | undefined): string {
  if (minute === undefined) return ''
  const two = (n: number) => String(n).padStart(2, '0')
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
}

/** The settings a form holds, and which fields are wrong and how. A secret goes to no other server than it was given for. */
export function parseNotify(
  body: Record<string, unknown>,
  before: NotifySettings,
): { readonly next: NotifySettings; readonly errors: NotifyPage['errors'] } {
  const values = formValues(NOTIFY_FIELDS, body)
  const secret = (name: string) => {
    const value = body[`${name}_segreto`]
    return typeof value === 'string' && value !== '' ? value.slice(0, 500) : null
  }
  const security = MAIL_SECURITIES.find((s) => s === body['posta_sicurezza']) ?? 'starttls'
  const port = Number(values.posta_porta || (security === 'tls' ? 465 : 587))
  const hasMail = values.posta_host !== ''
  const webhookSecret = secret('webhook') ?? (before.webhook?.url === values.webhook_url ? before.webhook.secret : null)
  const sameMail = before.mail?.host === values.posta_host && before.mail.port === port
  const errors: NotifyPage['errors'] = {
    ...(hasMail && !HOST.test(values.posta_host) ? { posta_host: 'host' } : {}),
    ...(hasMail && !(Number.isInteger(port) && port >= 1 && port <= 65_535) ? { posta_porta: 'porta' } : {}),
    ...(hasMail && !EMAIL.test(values.posta_mittente) ? { posta_mittente: 'mittente' } : {}),
    ...(hasMail && security === 'nessuna' && !isOwnNetwork(values.posta_host) ? { sicurezza: 'cifratura' } : {}),
    ...(values.ntfy_url === '' || isServiceUrl(values.ntfy_url) ? {} : { ntfy_url: 'url' }),
    ...(values.webhook_url === '' || isServiceUrl(values.webhook_url) ? {} : { webhook_url: 'url' }),
    ...(values.webhook_url !== '' && (webhookSecret ?? '').length < MIN_SECRET ? { webhook_segreto: 'segreto' } : {}),
  }
  const user = values.posta_utente || null
  const next: NotifySettings = {
    mail: hasMail
      ? {
          host: values.posta_host,
          port,
          security,
          user,
          password: user === null ? null : (secret('posta') ?? (sameMail ? (before.mail?.password ?? null) : null)),
          from: values.posta_mittente,
        }
      : null,
    ntfy:
      values.ntfy_url === ''
        ? null
        : {
            url: values.ntfy_url,
            token: secret('ntfy') ?? (before.ntfy?.url === values.ntfy_url ? before.ntfy.token : null),
          },
    webhook: values.webhook_url === '' ? null : { url: values.webhook_url, secret: webhookSecret ?? '' },
    mqtt: body['mqtt'] === 'si',
    homeAssistant: body['home_assistant'] === 'si',
  }
  return { next, errors }
}

function shownOf(notify: NotifySettings, body: Record<string, unknown> | null = null) {
  const { mail, ntfy, webhook, mqtt, homeAssistant = false } = notify
  const stored = {
    posta_host: mail?.host ?? '',
    posta_porta: mail ? String(mail.port) : '',
    posta_utente: mail?.user ?? '',
    posta_mittente: mail?.from ?? '',
    ntfy_url: ntfy?.url ?? '',
    webhook_url: webhook?.url ?? '',
  }
  return {
    values: body ? formValues(NOTIFY_FIELDS, body) : stored,
    security: mail?.security ?? ('starttls' as const),
    mqtt,
    homeAssistant,
    secrets: {
      posta: (mail?.password ?? null) !== null,
      ntfy: (ntfy?.token ?? null) !== null,
      webhook: (webhook?.secret ?? '') !== '',
    },
  }
}

/** For the log of changes: what is secret is left out. */
function toldOf({ mail, ntfy, webhook, mqtt, homeAssistant }: NotifySettings) {
  return {
    mail: mail && { host: mail.host, port: mail.port, security: mail.security, user: mail.user, from: mail.from },
    ntfy: ntfy?.url,
    webhook: webhook?.url,
    mqtt,
    homeAssistant,
  }
}

async function draw(context: RouteContext, over: Partial<NotifyPage>, status = 200): Promise<Response> {
  const { deps } = context
  const page: NotifyPage = {
    ...shownOf(deps.registry().settings.notify),
    errors: {},
    saved: false,
    demo: deps.demo,
    test: null,
    messages: await listMessages(deps.view, SHOWN_MESSAGES),
    ...over,
  }
  return html(context, notifyPage(page, readerOf(context)), status)
}
