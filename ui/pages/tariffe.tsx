import { ALLOCATION_KEYS } from '../../hub/domain/allocation.ts'
import { DEFAULT_FACTOR, LIFE_CYCLE_G_PER_KWH } from '../../hub/domain/co2.ts'
import { ASSUMED_TARIFF } from '../../hub/domain/tariff.ts'
import type { FactorField, TariffField, TariffsPage } from '../models/tariffs.ts'
import { documentOf } from '../view/layout.tsx'
import { Card, Choice, Field, Saved, Scroll } from '../view/parts.tsx'
import { type View, viewFor } from '../view/view.ts'
import type { Reader } from '../view-models.ts'

interface Props {
  readonly view: View
  readonly page: TariffsPage
}

/** What energy is worth and what the grid emits, each from its day on, and how the community deals what it shares. */
export function tariffsPage(page: TariffsPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  return documentOf({
    view,
    title: t('tariffs.title'),
    page: 'tariffs',
    children: (
      <>
        <h1>{t('tariffs.title')}</h1>
        <Saved view={view} when={page.saved} />
        <div class="cards">
          <Tariffs view={view} page={page} />
          <Factors view={view} page={page} />
          <Rule view={view} page={page} />
        </div>
      </>
    ),
  })
}

function Tariffs({ view, page }: Props) {
  const { t } = view
  const { values, errors } = page.tariff
  const price = (eur: number) => `${view.f.number(eur * 100, 2)}\u00a0c`
  const field = (name: TariffField, type: 'text' | 'date' = 'text') => (
    <Field
      name={name}
      id={`tariffa-${name}`}
      label={t(`tariffs.${name}`)}
      hint={name === 'dal' ? null : t('tariffs.priceHint')}
      value={values[name]}
      error={errors[name] ? t(`form.error.${errors[name]}`) : null}
      type={type}
      inputmode={type === 'date' ? null : 'decimal'}
    />
  )
  return (
    <Card id="tariffe" title={t('tariffs.prices')}>
      <Scroll name={t('tariffs.prices')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('tariffs.dal')}</th>
              <th scope="col">{t('tariffs.prelievo')}</th>
              <th scope="col">{t('tariffs.immissione')}</th>
              <th scope="col">{t('tariffs.condivisa')}</th>
              <th scope="col">{t('people.actions')}</th>
            </tr>
          </thead>
          <tbody>
            {(page.tariffs.length > 0 ? page.tariffs : [ASSUMED_TARIFF]).map((tariff) => (
              <tr>
                <th scope="row">{page.tariffs.length > 0 ? tariff.from : t('tariffs.assumed')}</th>
                <td>{price(tariff.importEur)}</td>
                <td>{price(tariff.exportEur)}</td>
                <td>{price(tariff.sharedEur)}</td>
                <td>{page.tariffs.length > 0 ? <Delete view={view} what="tariffa" from={tariff.from} /> : null}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {page.tariffs.length === 0 ? <p class="hint">{t('tariffs.assumedHint')}</p> : null}
      <details class="data" id="tariffa-nuova" open={Object.keys(errors).length > 0}>
        <summary>{t('tariffs.add')}</summary>
        <form method="post" action="/tariffe/tariffa" novalidate>
          {field('dal', 'date')}
          {field('prelievo')}
          {field('immissione')}
          {field('condivisa')}
          <button type="submit" class="primary">
            {t('settings.submit')}
          </button>
        </form>
      </details>
    </Card>
  )
}

function Factors({ view, page }: Props) {
  const { t, f } = view
  const { values, errors } = page.factor
  const field = (name: FactorField, type: 'text' | 'date' = 'text') => (
    <Field
      name={name}
      id={`fattore-${name}`}
      label={t(`tariffs.${name}`)}
      value={values[name]}
      error={errors[name] ? t(`form.error.${errors[name]}`) : null}
      type={type}
      inputmode={name === 'fattore' || name === 'anno' ? 'decimal' : null}
    />
  )
  return (
    <Card id="fattori" title={t('tariffs.factors')}>
      <Scroll name={t('tariffs.factors')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('tariffs.dal')}</th>
              <th scope="col">{t('tariffs.fattore')}</th>
              <th scope="col">{t('tariffs.fonte')}</th>
              <th scope="col">{t('tariffs.anno')}</th>
              <th scope="col">{t('people.actions')}</th>
            </tr>
          </thead>
          <tbody>
            {(page.factors.length > 0 ? page.factors : [DEFAULT_FACTOR]).map((factor) => (
              <tr>
                <th scope="row">{page.factors.length > 0 ? factor.from : t('tariffs.assumed')}</th>
                <td>{`${f.number(factor.gPerKwh, 1)}\u00a0g/kWh`}</td>
                <td>{factor.source}</td>
                <td>{String(factor.year)}</td>
                <td>{page.factors.length > 0 ? <Delete view={view} what="fattore" from={factor.from} /> : null}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <p class="hint">
        {t.count('tariffs.hourly', page.hourly)} {t('tariffs.lifeCycle', { g: LIFE_CYCLE_G_PER_KWH })}
      </p>
      <details class="data" id="fattore-nuovo" open={Object.keys(errors).length > 0}>
        <summary>{t('tariffs.addFactor')}</summary>
        <form method="post" action="/tariffe/fattore" novalidate>
          {field('dal', 'date')}
          {field('fattore')}
          {field('fonte')}
          {field('anno')}
          <button type="submit" class="primary">
            {t('settings.submit')}
          </button>
        </form>
      </details>
    </Card>
  )
}

function Rule({ view, page }: Props) {
  const { t } = view
  const { values, errors } = page.rule
  const text = (name: 'quote' | 'ordine') => (
    <Field
      name={name}
      label={t(`tariffs.${name}`)}
      hint={t(`tariffs.${name === 'quote' ? 'quoteHint' : 'ordineHint'}`)}
      value={values[name]}
      error={errors[name] ? t(`form.error.${errors[name]}`) : null}
      required={false}
    />
  )
  return (
    <Card id="regola" title={t('tariffs.rule')} size="half">
      <p class="hint">{t('tariffs.ruleText')}</p>
      <form method="post" action="/tariffe/condivisione" novalidate>
        <Choice
          name="chiave"
          label={t('sharing.keyName')}
          value={values.chiave}
          options={ALLOCATION_KEYS.map((key) => ({
            value: key,
            text: `${t(`sharing.key.${key}`)}: ${t(`sharing.how.${key}`)}`,
          }))}
        />
        <Choice
          name="intervallo"
          label={t('tariffs.intervallo')}
          value={values.intervallo}
          options={[
            { value: '60', text: t('tariffs.hour') },
            { value: '15', text: t('tariffs.quarter') },
          ]}
        />
        {text('quote')}
        {text('ordine')}
        <button type="submit" class="primary">
          {t('settings.submit')}
        </button>
      </form>
    </Card>
  )
}

function Delete({
  view,
  what,
  from,
}: {
  readonly view: View
  readonly what: 'tariffa' | 'fattore'
  readonly from: string
}) {
  return (
    <form method="post" action="/tariffe/togli">
      <input type="hidden" name="che" value={what} />
      <input type="hidden" name="dal" value={from} />
      <button type="submit" class="danger">
        {view.t('people.remove')}
        <span class="unseen"> {from}</span>
      </button>
    </form>
  )
}
