import type { LoadForm, LoadPage, LoadsPage } from '../models/loads.ts'
import { LoadChart } from '../view/chart-load.tsx'
import { HouseChoice } from '../view/house-choice.tsx'
import { Icon } from '../view/icons.tsx'
import { Clock, Degraded, documentOf } from '../view/layout.tsx'
import type { LivePart } from '../view/live.ts'
import { LoadsCard, Why } from '../view/load-card.tsx'
import { problemText, stateWord, whyOf } from '../view/load-words.ts'
import { Card, Scroll } from '../view/parts.tsx'
import { SavingsCard } from '../view/savings-card.tsx'
import { type View, viewFor } from '../view/view.ts'
import type { Reader } from '../view-models.ts'

/** The loads of one house. */
export function loadsPage(page: LoadsPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t, f } = view
  const { house, choices, mayEdit, mayArm, shadowUntil } = page
  return documentOf({
    view,
    title: t('load.title'),
    page: 'loads',
    stream: `/eventi?${new URLSearchParams({ pagina: 'carichi', casa: house.id })}`,
    children: (
      <>
        <div class="page-head">
          <div>
            <h1>{t('load.title')}</h1>
            <p class="hint">{house.name}</p>
          </div>
          <HouseChoice view={view} action="/carichi" houses={choices} chosen={house.id} />
        </div>
        <div class="cards">
          <LoadsCard view={view} loads={page.loads} back={reader.path} size="full" />
          <SavingsCard view={view} savings={page.savings} shadowUntil={shadowUntil} />
          {mayEdit || shadowUntil !== null ? (
            <Card id="regole" title={t('load.rules')} size="full">
              <p>{t('load.order')}</p>
              {shadowUntil !== null ? <p>{t('load.shadow', { when: f.dateTime(shadowUntil) })}</p> : null}
              {shadowUntil !== null && mayArm ? (
                <form method="post" action="/carichi/arma">
                  <input type="hidden" name="casa" value={house.id} />
                  <button type="submit">{t('load.arm')}</button>
                </form>
              ) : null}
              {mayEdit ? (
                <p>
                  <a class="button" href={`/carichi/nuovo?${new URLSearchParams({ casa: house.id })}`}>
                    {t('load.add')}
                  </a>
                </p>
              ) : null}
            </Card>
          ) : null}
        </div>
      </>
    ),
  })
}

export function loadsParts(page: LoadsPage, reader: Reader): LivePart[] {
  const view = viewFor(reader)
  return [
    { id: 'ora', html: `${<Clock view={view} />}` },
    { id: 'salute', html: `${<Degraded view={view} />}` },
    { id: 'carichi', html: `${<LoadsCard view={view} loads={page.loads} back={reader.path} size="full" />}` },
  ]
}

/** One load: now, the day's switching and why. */
export function loadPage(page: LoadPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t, f } = view
  const { house, day } = page
  const { load, differences } = page.view
  const where = `/carichi/${house.id}/${load.id}`
  const at = (date: string) => `${where}?${new URLSearchParams({ giorno: date })}`
  return documentOf({
    view,
    title: load.name,
    page: 'loads',
    children: (
      <>
        <div class="page-head">
          <div>
            <h1>{load.name}</h1>
            <p class="hint">
              {house.name} · {t(`load.kind.${load.kind}`)} · {f.power(load.ratedW)}
            </p>
          </div>
          <p class="actions">
            <a class="button" href={`/carichi?${new URLSearchParams({ casa: house.id })}`}>
              {t('load.all')}
            </a>
            <a class="button" href={`${where}/impostazioni`}>
              <Icon name="gear" />
              {t('load.settings')}
            </a>
          </p>
        </div>
        <div class="cards">
          {day.isToday ? <LoadsCard view={view} loads={[page.view]} back={where} size="full" /> : null}
          <Card id="storia" title={t('load.history')} note={f.day(day.day)} size="full">
            <p class="actions">
              <a class="button" href={at(day.previous)}>
                <Icon name="left" />
                {t('day.previous')}
              </a>
              {day.next ? (
                <a class="button" href={at(day.next)}>
                  {t('day.next')}
                  <Icon name="right" />
                </a>
              ) : null}
            </p>
            <LoadChart view={view} from={day.from} to={day.to} stretches={page.stretches} />
          </Card>
          <Card id="motivi" title={t('load.reasons')} size="full">
            <Reasons view={view} page={page} />
          </Card>
          {day.isToday ? (
            <Card id="perche" title={t('load.whyNow')} size="half">
              <Why view={view} item={page.view} />
            </Card>
          ) : null}
          {differences.length > 0 ? (
            <Card id="differenze" title={t('load.differences')} size="half">
              <ul>
                {differences.map((d) => (
                  <li>{differenceText(view, d)}</li>
                ))}
              </ul>
            </Card>
          ) : null}
        </div>
      </>
    ),
  })
}

function Reasons({ view, page }: { readonly view: View; readonly page: LoadPage }) {
  const { t, f } = view
  if (page.decisions.length === 0) return <p class="empty">{t('load.noReasons')}</p>
  return (
    <Scroll name={t('load.reasons')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('load.when')}</th>
            <th scope="col">{t('load.wanted')}</th>
            <th scope="col">{t('load.chart.why')}</th>
          </tr>
        </thead>
        <tbody>
          {page.decisions.map(({ at, decision }) => (
            <tr>
              <th scope="row">{f.clock(at)}</th>
              <td>{stateWord(view, decision.shadow ? decision.shadow.on : decision.on)}</td>
              <td>
                {whyOf(view, decision)}
                {decision.shadow ? ` (${t('load.watched')})` : ''}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function differenceText({ t, f }: View, d: LoadPage['view']['differences'][number]): string {
  if (d.what === 'undeclared') return t('load.undeclared')
  if (d.what === 'rest') return t('load.otherRest')
  return t(`load.differs.${d.what}`, { here: f.duration(d.here), there: f.duration(d.there) })
}

/** The settings of a load, with what each means; what was typed is kept when it was wrong. */
export function loadFormPage(form: LoadForm, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  const { house, isNew } = form
  const title = isNew ? t('load.add') : form.values.name || form.load
  const failed = Object.keys(form.errors).length > 0
  const where = isNew ? '/carichi/nuovo' : `/carichi/${house.id}/${form.load}/impostazioni`
  return documentOf({
    view,
    title,
    page: 'loads',
    children: (
      <section class="card narrow-card">
        <h1>{title}</h1>
        <p class="hint">{house.name}</p>
        {failed ? (
          <p class="error" role="alert">
            <Icon name="warning" />
            {t('settings.failed')}
          </p>
        ) : null}
        {form.saved && !failed ? <p role="status">{t('settings.saved')}</p> : null}
        <form method="post" action={where} novalidate>
          <input type="hidden" name="casa" value={house.id} />
          {isNew ? <LoadFieldInput view={view} form={form} field="id" /> : null}
          {form.fields.map((field) => (
            <LoadFieldInput view={view} form={form} field={field} />
          ))}
          <button type="submit" class="primary">
            {t('settings.submit')}
          </button>
        </form>
        <p>
          <a href={isNew ? `/carichi?casa=${house.id}` : `/carichi/${house.id}/${form.load}`}>{t('load.back')}</a>
        </p>
      </section>
    ),
  })
}

function LoadFieldInput({
  view,
  form,
  field,
}: {
  readonly view: View
  readonly form: LoadForm
  readonly field: LoadForm['fields'][number] | 'id'
}) {
  const { t } = view
  const value = field === 'id' ? form.load : form.values[field]
  const error = form.errors[field]
  const options = form.options[field]
  const id = `campo-${field}`
  const described = [`${id}-hint`, error ? `${id}-error` : ''].filter(Boolean).join(' ')
  const common = { id, name: field, 'aria-describedby': described, 'aria-invalid': error ? 'true' : undefined } as const
  return (
    <p class={error ? 'field field-wrong' : 'field'}>
      <label for={id}>{t(`load.field.${field}`)}</label>
      <span class="hint" id={`${id}-hint`}>
        {t(`load.help.${field}`)}
      </span>
      {options ? (
        <select {...common}>
          {options.map((option) => (
            <option value={option} selected={option === value}>
              {optionText(view, field, option)}
            </option>
          ))}
        </select>
      ) : (
        <input {...common} type="text" value={value} autocomplete="off" autocapitalize="none" spellcheck={false} />
      )}
      {error ? (
        <span class="error" id={`${id}-error`}>
          <Icon name="warning" />
          {t('load.expected', { what: problemText(view, error) })}
        </span>
      ) : null}
    </p>
  )
}

function optionText({ t }: View, field: string, option: string): string {
  if (field === 'kind') return t(`load.kind.${option as LoadPage['view']['load']['kind']}`)
  if (field === 'rest') return option === 'on' ? t('load.on') : t('load.off')
  if (option === 'yes') return t('load.yes')
  if (option === 'no') return t('load.no')
  return option === '' ? t('load.nothing') : option
}
