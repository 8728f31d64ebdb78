import { CLEANING_MODES } from '../../hub/domain/cleaning-settings.ts'
import type { CleaningField, CleaningHouseView, CleaningPage, CleaningView } from '../models/cleaning.ts'
import { SoilingChart } from '../view/chart-soiling.tsx'
import { documentOf } from '../view/layout.tsx'
import { Badge, Card, Choice, Field, Saved, Scroll } from '../view/parts.tsx'
import type { View } from '../view/view.ts'
import { viewFor } from '../view/view.ts'
import type { Reader } from '../view-models.ts'

interface Props {
  readonly view: View
  readonly page: CleaningPage
}

/** Whether the panels of the community are dirty, whether cleaning pays, and who lets it happen. */
export function cleaningPage(page: CleaningPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  const open = page.cleanings.filter((c) => c.open)
  return documentOf({
    view,
    title: t('cleaning.title'),
    page: 'cleaning',
    children: (
      <>
        <h1>{t('cleaning.title')}</h1>
        <Saved view={view} when={page.saved} />
        <div class="cards">
          {open.map((cleaning) => (
            <Proposal view={view} cleaning={cleaning} />
          ))}
          <Evidence view={view} page={page} />
          <Past view={view} cleanings={page.cleanings} />
          {page.settings ? <Settings view={view} form={page.settings} /> : null}
        </div>
      </>
    ),
  })
}

function Evidence({ view, page }: Props) {
  const { t, f } = view
  const { verdict, past, since } = page
  const kind = verdict?.kind ?? (page.hasWeather ? 'notYet' : 'noAgreement')
  return (
    <Card id="prova" title={t('cleaning.evidence')}>
      <p>
        <Badge tone={kind === 'soiled' ? 'bad' : kind === 'clean' ? 'good' : 'quiet'}>
          {t(`cleaning.kind.${kind}`)}
        </Badge>
      </p>
      {verdict && since !== null ? (
        <p>
          {t('cleaning.figures', {
            loss: f.share(verdict.loss),
            since: f.day(since),
            agreeing: f.share(verdict.agreeing),
            plants: verdict.plants,
          })}
        </p>
      ) : null}
      {past.length > 0 ? <SoilingChart view={view} days={past} /> : null}
      <p class="hint">{t('cleaning.explain')}</p>
      {page.cleanings.some((c) => c.open) ? null : (
        <form method="post" action="/pulizia/proposta">
          <button type="submit">{t('cleaning.propose')}</button>
          <p class="hint">{t('cleaning.proposeHint')}</p>
        </form>
      )}
    </Card>
  )
}

function Proposal({ view, cleaning }: { readonly view: View; readonly cleaning: CleaningView }) {
  const { t, f } = view
  const { id, at, by, money, verdict, houses } = cleaning
  const euro = (value: number) => `${f.number(value, 2)}\u00a0€`
  const has = (...states: CleaningHouseView['state'][]) => houses.some((h) => states.includes(h.state) && !h.stop)
  return (
    <Card id={`proposta-${id}`} title={t('cleaning.proposal', { id })} note={f.dateTime(at)}>
      <p>
        {by === null && verdict
          ? t('cleaning.byHub', { loss: f.share(verdict.loss) })
          : t('cleaning.byPerson', { who: by ?? '' })}
      </p>
      {money ? (
        <p>
          {t(money.rainForecast ? 'cleaning.moneyRain' : 'cleaning.moneyDry', {
            days: money.days,
            lost: f.energy(money.lostWh),
            gain: euro(money.gainEur),
            cost: euro(money.costEur),
            efficacy: f.share(money.efficacy),
          })}
        </p>
      ) : null}
      <Scroll name={t('cleaning.houses')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('cleaning.house')}</th>
              <th scope="col">{t('cleaning.state')}</th>
              <th scope="col">{t('people.actions')}</th>
            </tr>
          </thead>
          <tbody>
            {houses.map((house) => (
              <tr>
                <th scope="row">{house.name}</th>
                <td>{stateText(view, house)}</td>
                <td>
                  {house.state === 'proposed' ? <Act view={view} id={id} house={house.house} what="approva" /> : null}
                  {house.state === 'proposed' || house.state === 'approved' ? (
                    <Act view={view} id={id} house={house.house} what="fatta" />
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <p class="hint">{t('cleaning.safe')}</p>
      <div class="actions">
        {has('proposed') ? <Act view={view} id={id} what="approva" primary /> : null}
        {has('proposed') ? <Act view={view} id={id} what="rifiuta" /> : null}
        {has('approved', 'sent', 'running') ? <Act view={view} id={id} what="ferma" /> : null}
      </div>
    </Card>
  )
}

interface ActProps {
  readonly view: View
  readonly id: number
  readonly house?: string
  readonly what: 'approva' | 'rifiuta' | 'ferma' | 'fatta'
  readonly primary?: boolean
}

function Act({ view, id, house, what, primary = false }: ActProps) {
  const { t } = view
  const text = t(`cleaning.act.${what}`)
  return (
    <form method="post" action="/pulizia/decisione" class="inline">
      <input type="hidden" name="proposta" value={String(id)} />
      <input type="hidden" name="azione" value={what} />
      {house ? <input type="hidden" name="casa" value={house} /> : null}
      <button
        type="submit"
        class={primary ? 'primary' : undefined}
        aria-label={house ? `${text}: ${house}` : undefined}
      >
        {house ? text : t(`cleaning.all.${what}`)}
      </button>
    </form>
  )
}

function stateText({ t }: View, house: CleaningHouseView): string {
  if (house.stop && house.state !== 'stopped') return t('cleaning.stopping')
  if (house.remainingS !== null) return t('cleaning.remaining', { seconds: house.remainingS })
  const state = t(`cleaning.state.${house.state}`)
  return house.why === null ? state : `${state}: ${t(`cleaning.why.${house.why}`)}`
}

function Past({ view, cleanings }: { readonly view: View; readonly cleanings: readonly CleaningView[] }) {
  const { t, f } = view
  const rows = cleanings.flatMap((c) => c.houses.filter((h) => h.endedAt !== null && h.state !== 'refused'))
  const recovered = (house: CleaningHouseView) =>
    house.recovery !== null
      ? f.share(house.recovery)
      : house.state !== 'done'
        ? '–'
        : t(house.tooLate ? 'cleaning.tooLate' : 'cleaning.measuring')
  return (
    <Card id="storia" title={t('cleaning.past')}>
      {rows.length === 0 ? (
        <p>{t('cleaning.none')}</p>
      ) : (
        <Scroll name={t('cleaning.past')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('cleaning.house')}</th>
                <th scope="col">{t('cleaning.when')}</th>
                <th scope="col">{t('cleaning.state')}</th>
                <th scope="col">{t('cleaning.who')}</th>
                <th scope="col">{t('cleaning.recovery')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((house) => (
                <tr>
                  <th scope="row">{house.name}</th>
                  <td>{f.dateTime(house.endedAt ?? 0)}</td>
                  <td>{stateText(view, house)}</td>
                  <td>{house.by ?? ''}</td>
                  <td>{recovered(house)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <p class="hint">{t('cleaning.recoveryHint')}</p>
    </Card>
  )
}

function Settings({ view, form }: { readonly view: View; readonly form: NonNullable<CleaningPage['settings']> }) {
  const { t } = view
  const { values, errors } = form
  const error = (name: CleaningField) => (errors[name] ? t(`form.error.${errors[name]}`) : null)
  const field = (name: Exclude<CleaningField, 'modo'>) => (
    <Field
      name={name}
      label={t(`cleaning.set.${name}`)}
      hint={t(`cleaning.set.${name}.hint`)}
      value={values[name]}
      error={error(name)}
      inputmode="decimal"
    />
  )
  return (
    <Card id="impostazioni" title={t('cleaning.settings')}>
      <form method="post" action="/pulizia/impostazioni" novalidate>
        <Choice
          name="modo"
          label={t('cleaning.set.modo')}
          hint={t('cleaning.set.modo.hint')}
          value={values.modo}
          error={error('modo')}
          options={CLEANING_MODES.map((mode) => ({ value: mode, text: t(`cleaning.mode.${mode}`) }))}
        />
        {field('acqua')}
        {field('manodopera')}
        {field('durata')}
        {field('intervallo')}
        <button type="submit" class="primary">
          {t('settings.submit')}
        </button>
      </form>
    </Card>
  )
}
