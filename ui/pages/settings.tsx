import { ALERT_RULES } from '../../hub/domain/benchmark.ts'
import { ControlSection } from '../view/control-section.tsx'
import { Icon } from '../view/icons.tsx'
import { documentOf } from '../view/layout.tsx'
import { Badge, Field } from '../view/parts.tsx'
import { type View, viewFor } from '../view/view.ts'
import { WeatherSection } from '../view/weather-section.tsx'
import type { Reader, SettingsField, SettingsPage } from '../view-models.ts'

/** What an administrator may set; what was typed is kept when it was wrong. */
export function settingsPage({ values, errors, saved, weather, control }: SettingsPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  const failed = Object.values(errors).some((error) => error !== undefined)
  const field = (
    name: SettingsField,
    options: { readonly inputmode?: 'decimal' | 'numeric'; readonly required?: boolean } = {},
  ) => {
    const error = errors[name]
    return (
      <Field
        name={name}
        label={t(`settings.${name}`)}
        hint={t(`settings.${name}.hint`)}
        value={values[name]}
        error={error ? t(`settings.error.${error}`) : null}
        {...options}
      />
    )
  }
  return documentOf({
    view,
    title: t('settings.title'),
    page: 'settings',
    children: (
      <>
        <section class="card narrow-card">
          <h1>{t('settings.title')}</h1>
          {failed ? (
            <p class="error" role="alert">
              <Icon name="warning" />
              {t('settings.failed')}
            </p>
          ) : null}
          {saved && !failed ? (
            <p role="status">
              <Badge tone="good">{t('settings.saved')}</Badge>
            </p>
          ) : null}
          <form method="post" action="/impostazioni" novalidate>
            <fieldset>
              <legend>{t('settings.community')}</legend>
              {field('nome')}
              {field('fuso')}
              {field('latitudine', { inputmode: 'decimal', required: false })}
              {field('longitudine', { inputmode: 'decimal', required: false })}
            </fieldset>
            <fieldset>
              <legend>{t('settings.benchmark')}</legend>
              {field('soglia', { inputmode: 'decimal' })}
              {field('minimo', { inputmode: 'numeric' })}
              <AlertRuleField view={view} value={values.avviso} />
            </fieldset>
            <button type="submit" class="primary">
              {t('settings.submit')}
            </button>
          </form>
        </section>
        {control ? <ControlSection view={view} form={control} /> : null}
        {weather ? <WeatherSection view={view} form={weather} /> : null}
      </>
    ),
  })
}

function AlertRuleField({ view, value }: { readonly view: View; readonly value: string }) {
  const { t } = view
  return (
    <p class="field">
      <label for="avviso">{t('settings.avviso')}</label>
      <span class="hint" id="avviso-hint">
        {t('settings.avviso.hint')}
      </span>
      <select id="avviso" name="avviso" aria-describedby="avviso-hint">
        {ALERT_RULES.map((rule) => (
          <option value={rule} selected={rule === value}>
            {t(`settings.avviso.${rule}`)}
          </option>
        ))}
      </select>
    </p>
  )
}
