import { CHANNELS } from '../../hub/domain/notice-message.ts'
import { MAIL_SECURITIES } from '../../hub/domain/settings.ts'
import type { NotifyField, NotifyPage } from '../models/notify.ts'
import { DeliveryNote } from '../view/delivery-note.tsx'
import { documentOf } from '../view/layout.tsx'
import { Card, Choice, Field, Saved, Scroll } from '../view/parts.tsx'
import { type View, viewFor } from '../view/view.ts'
import type { Reader } from '../view-models.ts'

interface Props {
  readonly view: View
  readonly page: NotifyPage
}

/** How messages about alerts leave the hub: each way out is off until it is filled in. */
export function notifyPage(page: NotifyPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  return documentOf({
    view,
    title: t('notify.title'),
    page: 'notify',
    children: (
      <>
        <h1>{t('notify.title')}</h1>
        <Saved view={view} when={page.saved} />
        {page.demo ? <p class="hint">{t('notify.demo')}</p> : null}
        <div class="cards">
          <Ways view={view} page={page} />
          <Test view={view} page={page} />
          <Sent view={view} page={page} />
        </div>
      </>
    ),
  })
}

function Ways({ view, page }: Props) {
  const { t } = view
  const { errors, secrets } = page
  const field = (name: NotifyField) => {
    const error = errors[name]
    return (
      <Field
        name={name}
        label={t(`notify.${name}`)}
        hint={t(`notify.${name}.hint`)}
        value={page.values[name]}
        error={error ? t(`notify.error.${error}`) : null}
        required={false}
      />
    )
  }
  const secret = (name: keyof typeof secrets, error: string | null = null) => (
    <Field
      name={`${name}_segreto`}
      label={t(`notify.${name}_segreto`)}
      type="password"
      hint={secrets[name] ? t('notify.kept') : null}
      error={error}
      autocomplete="new-password"
      required={false}
    />
  )
  return (
    <Card id="vie" title={t('notify.ways')} size="half">
      <p>{t('notify.text')}</p>
      <form method="post" action="/notifiche" novalidate>
        <fieldset>
          <legend>{t('notify.channel.email')}</legend>
          {field('posta_host')}
          {field('posta_porta')}
          <Choice
            name="posta_sicurezza"
            label={t('notify.security')}
            value={page.security}
            options={MAIL_SECURITIES.map((value) => ({ value, text: t(`notify.security.${value}`) }))}
            error={errors.sicurezza ? t(`notify.error.${errors.sicurezza}`) : null}
          />
          {field('posta_mittente')}
          {field('posta_utente')}
          {secret('posta')}
        </fieldset>
        <fieldset>
          <legend>{t('notify.channel.ntfy')}</legend>
          {field('ntfy_url')}
          {secret('ntfy')}
        </fieldset>
        <fieldset>
          <legend>{t('notify.channel.webhook')}</legend>
          {field('webhook_url')}
          {secret('webhook', errors.webhook_segreto ? t(`notify.error.${errors.webhook_segreto}`) : null)}
        </fieldset>
        <fieldset>
          <legend>{t('notify.channel.mqtt')}</legend>
          <p class="check">
            <input type="checkbox" id="mqtt" name="mqtt" value="si" checked={page.mqtt} />
            <label for="mqtt">{t('notify.mqtt')}</label>
          </p>
        </fieldset>
        <fieldset>
          <legend>{t('notify.homeAssistant')}</legend>
          <p class="hint">{t('notify.homeAssistant.text')}</p>
          <p class="check">
            <input type="checkbox" id="home_assistant" name="home_assistant" value="si" checked={page.homeAssistant} />
            <label for="home_assistant">{t('notify.homeAssistant.on')}</label>
          </p>
        </fieldset>
        <button type="submit" class="primary">
          {t('notify.submit')}
        </button>
      </form>
    </Card>
  )
}

function Test({ view, page: { test } }: Props) {
  const { t } = view
  return (
    <Card id="prova" title={t('notify.test')} size="half">
      <p>{t('notify.testText')}</p>
      {test === null ? null : <DeliveryNote view={view} test={test} />}
      <form method="post" action="/notifiche/prova">
        <Choice
          name="canale"
          label={t('notify.channel')}
          value={test?.channel ?? 'email'}
          options={CHANNELS.map((value) => ({ value, text: t(`notify.channel.${value}`) }))}
        />
        <Field name="destinatario" label={t('notify.to')} hint={t('notify.to.hint')} required={false} />
        <button type="submit">{t('notify.send')}</button>
      </form>
    </Card>
  )
}

const STATES = {
  attesa: 'notify.state.attesa',
  inviato: 'notify.state.inviato',
  perso: 'notify.state.perso',
} as const

function Sent({ view, page: { messages } }: Props) {
  const { t, f } = view
  return (
    <Card id="inviati" title={t('notify.sent')}>
      {messages.length === 0 ? (
        <p>{t('notify.nothing')}</p>
      ) : (
        <Scroll name={t('notify.sent')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('notify.when')}</th>
                <th scope="col">{t('notify.message')}</th>
                <th scope="col">{t('notify.channel')}</th>
                <th scope="col">{t('notify.state')}</th>
              </tr>
            </thead>
            <tbody>
              {messages.map((m) => (
                <tr>
                  <td>{f.dateTime(m.at)}</td>
                  <td>{m.subject}</td>
                  <td>
                    {t(`notify.channel.${m.channel}`)}
                    {m.target ? ` (${m.target})` : ''}
                  </td>
                  <td>
                    {t.count(STATES[m.state], m.attempts)}
                    {m.problem && m.state !== 'inviato' ? `: ${m.problem}` : ''}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Card>
  )
}
