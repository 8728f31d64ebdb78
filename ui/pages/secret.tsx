import { encode } from 'uqr'
import type { PairPage, SecretPage } from '../models/admin.ts'
import { Icon } from '../view/icons.tsx'
import { documentOf } from '../view/layout.tsx'
import { Field } from '../view/parts.tsx'
import { viewFor } from '../view/view.ts'
import type { Reader } from '../view-models.ts'

/** What is shown this once: a key, a password, a token, or the code that signs a phone in. */
export function secretPage({ kind, of, secret, address, back }: SecretPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  return documentOf({
    view,
    title: t(`secret.${kind}.title`),
    children: (
      <section class="card narrow-card">
        <h1>{t(`secret.${kind}.title`)}</h1>
        <p>{t(`secret.${kind}.text`, { of })}</p>
        {address ? <QrCode text={address} label={t('secret.qr')} /> : null}
        <p class="secret">
          <code>{kind === 'abbina' ? `${secret.slice(0, 3)} ${secret.slice(3)}` : secret}</code>
        </p>
        {address ? (
          <p class="hint">
            {t('secret.typed')} <code>{address.split('?')[0]}</code>
          </p>
        ) : (
          <p class="hint">{t('secret.once')}</p>
        )}
        <p>
          <a class="button" href={back}>
            {t('secret.done')}
          </a>
        </p>
      </section>
    ),
  })
}

/** The page a phone opens to be signed in without a password. */
export function pairPage({ code, problem }: PairPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  return documentOf({
    view,
    title: t('pair.title'),
    children: (
      <section class="card narrow-card">
        <h1>{t('pair.title')}</h1>
        <p>{t('pair.text')}</p>
        {problem ? (
          <p class="error" role="alert">
            <Icon name="warning" />
            {t(`pair.problem.${problem}`)}
          </p>
        ) : null}
        <form method="post" action="/abbina">
          <Field name="codice" label={t('pair.code')} value={code} inputmode="numeric" autocomplete="one-time-code" />
          <button type="submit" class="primary">
            {t('pair.submit')}
          </button>
        </form>
      </section>
    ),
  })
}

/** Dark on light whatever the theme: cameras expect it so. */
function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { data, size } = encode(text, { border: 3 })
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <rect class="qr-light" width={size} height={size} />
      <path class="qr-dark" d={path} />
    </svg>
  )
}
