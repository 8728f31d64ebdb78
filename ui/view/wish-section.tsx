import type { WishField, WishForm } from '../models/notify.ts'
import { DeliveryNote } from './delivery-note.tsx'
import { Badge, Card, Field } from './parts.tsx'
import type { View } from './view.ts'

/** A person's own notifications: where, when, and whether also what is over. */
export function WishSection({ view, form }: { readonly view: View; readonly form: WishForm }) {
  const { t } = view
  const field = (name: WishField) => {
    const error = form.errors[name]
    return (
      <Field
        name={name}
        id={`avvisami-${name}`}
        label={t(`wish.${name}`)}
        hint={t(`wish.${name}.hint`)}
        value={form.values[name]}
        error={error ? t(`wish.error.${error}`) : null}
        required={false}
      />
    )
  }
  return (
    <Card id="avvisami" title={t('wish.title')} size="half">
      {form.saved ? (
        <p role="status">
          <Badge tone="good">{t('wish.saved')}</Badge>
        </p>
      ) : null}
      <p>{t('wish.text')}</p>
      {form.mail || form.ntfy ? (
        <form method="post" action="/profilo/avvisami" novalidate>
          {form.mail ? field('email') : null}
          {form.ntfy ? field('ntfy') : null}
          {field('quiete_da')}
          {field('quiete_a')}
          <p class="check">
            <input type="checkbox" id="avvisami-rientro" name="rientro" value="si" checked={form.recovery} />
            <label for="avvisami-rientro">{t('wish.recovery')}</label>
          </p>
          <button type="submit">{t('wish.submit')}</button>
        </form>
      ) : (
        <p class="hint">{t('wish.none')}</p>
      )}
      {form.hasAddress ? (
        <form method="post" action="/profilo/prova#avvisami">
          {form.tests.map((test) => (
            <DeliveryNote view={view} test={test} />
          ))}
          <button type="submit">{t('wish.test')}</button>
        </form>
      ) : null}
    </Card>
  )
}
