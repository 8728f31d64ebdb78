import type { WeatherForm } from '../models/weather.ts'
import { Icon } from './icons.tsx'
import { Age, Badge, Field } from './parts.tsx'
import type { View } from './view.ts'

/** Weather on the settings page: what leaves the house, a consent that is dated, and who is asked. */
export function WeatherSection({ view, form }: { readonly view: View; readonly form: WeatherForm }) {
  const { t, f } = view
  const { agreed, errors } = form
  return (
    <section class="card narrow-card" id="meteo" aria-labelledby="meteo-titolo">
      <h2 id="meteo-titolo">{t('weather.title')}</h2>
      {form.saved ? (
        <p role="status">
          <Badge tone="good">{t('weather.saved')}</Badge>
        </p>
      ) : null}
      <p>{t('weather.text')}</p>
      {form.demo ? <p class="hint">{t('weather.demo')}</p> : null}
      <p>{agreed ? t('weather.on', { by: agreed.by, at: f.dateTime(agreed.at) }) : t('weather.off')}</p>
      {form.fetchedAt === null ? null : (
        <p>
          {t('weather.received')} <Age at={form.fetchedAt} view={view} />.
        </p>
      )}
      {form.failure === null ? null : (
        <p class="error">
          <Icon name="warning" />
          {t('weather.failed', { why: form.failure })}
        </p>
      )}
      <form method="post" action="/impostazioni/meteo" novalidate>
        <p class="check">
          <input type="checkbox" id="acconsento" name="acconsento" value="si" checked={agreed !== null} />
          <label for="acconsento">{t('weather.agree')}</label>
        </p>
        {errors.acconsento ? (
          <p class="error" role="alert">
            <Icon name="warning" />
            {t('weather.error.posto')}
          </p>
        ) : null}
        <Field
          name="previsione_url"
          label={t('weather.forecastUrl')}
          hint={t('weather.urlHint')}
          value={form.forecastUrl}
          error={errors.previsione_url ? t('weather.error.url') : null}
        />
        <Field
          name="satellite_url"
          label={t('weather.satelliteUrl')}
          value={form.satelliteUrl}
          error={errors.satellite_url ? t('weather.error.url') : null}
        />
        <Field
          name="chiave"
          label={t('weather.apiKey')}
          type="password"
          hint={`${form.hasKey ? `${t('weather.apiKey.set')} ` : ''}${t('weather.apiKey.hint')}`}
          required={false}
        />
        {form.hasKey ? (
          <p class="check">
            <input type="checkbox" id="dimentica" name="dimentica" value="si" />
            <label for="dimentica">{t('weather.forgetKey')}</label>
          </p>
        ) : null}
        <button type="submit" class="primary">
          {t('weather.submit')}
        </button>
      </form>
      <p class="hint">{t('weather.credit')}</p>
    </section>
  )
}
