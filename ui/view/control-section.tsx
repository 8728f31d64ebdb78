import type { ControlField } from '../../hub/domain/control-text.ts'
import type { ControlForm } from '../models/control.ts'
import { Icon } from './icons.tsx'
import { problemText } from './load-words.ts'
import { Badge, Choice, Field } from './parts.tsx'
import type { View } from './view.ts'

/** How loads are switched, on the settings page. */
export function ControlSection({ view, form }: { readonly view: View; readonly form: ControlForm }) {
  const { t } = view
  const { values, errors, saved } = form
  const common = (name: ControlField) => {
    const error = errors[name]
    return {
      name,
      label: t(`control.${name}`),
      hint: t(`control.${name}.hint`),
      value: values[name],
      error: error ? t('load.expected', { what: problemText(view, error) }) : null,
    }
  }
  return (
    <section class="card narrow-card" id="controllo" aria-labelledby="controllo-titolo">
      <h2 id="controllo-titolo">{t('control.title')}</h2>
      <p class="hint">{t('control.text')}</p>
      {Object.keys(errors).length > 0 ? (
        <p class="error" role="alert">
          <Icon name="warning" />
          {t('settings.failed')}
        </p>
      ) : null}
      {saved ? (
        <p role="status">
          <Badge tone="good">{t('settings.saved')}</Badge>
        </p>
      ) : null}
      <form method="post" action="/impostazioni/controllo" novalidate>
        <Field {...common('assestamento')} />
        <Field {...common('distacco')} />
        <Field {...common('riserva')} inputmode="numeric" />
        <Field {...common('comando')} />
        <Field {...common('cabina')} inputmode="numeric" required={false} />
        <Choice
          {...common('conguaglio')}
          options={[
            { value: 'no', text: t('load.no') },
            { value: 'si', text: t('load.yes') },
          ]}
        />
        <button type="submit" class="primary">
          {t('settings.submit')}
        </button>
      </form>
    </section>
  )
}
