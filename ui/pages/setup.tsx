import type { Child } from 'hono/jsx'
import type { SetupCommunity, SetupHouses, SetupNodes, SetupStep } from '../models/setup.ts'
import { PLACE_FIELDS, SETUP_STEPS } from '../models/setup.ts'
import { HouseFields } from '../view/house-fields.tsx'
import { documentOf } from '../view/layout.tsx'
import type { LivePart } from '../view/live.ts'
import { Age, Badge, Field } from '../view/parts.tsx'
import { type View, viewFor } from '../view/view.ts'
import type { Reader } from '../view-models.ts'

/** The first start after the administrator is there: the community and its place, its houses, their nodes. Each step can be left and come back to. */

export function setupCommunityPage(page: SetupCommunity, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  return frame(
    view,
    'comunita',
    <form method="post" action="/avvio/comunita" novalidate>
      {PLACE_FIELDS.map((name) => {
        const error = page.errors[name]
        return (
          <Field
            name={name}
            label={t(`settings.${name}`)}
            hint={t(`settings.${name}.hint`)}
            value={page.values[name]}
            error={error ? t(`settings.error.${error}`) : null}
            required={name === 'nome' || name === 'fuso'}
            inputmode={name === 'latitudine' || name === 'longitudine' ? 'decimal' : null}
          />
        )
      })}
      <button type="submit" class="primary">
        {t('setup.next')}
      </button>
    </form>,
  )
}

export function setupHousesPage(page: SetupHouses, reader: Reader): string {
  const view = viewFor(reader)
  const { t, f } = view
  return frame(
    view,
    'case',
    <>
      {page.houses.length === 0 ? null : (
        <ul class="plain">
          {page.houses.map((house) => (
            <li>
              <Badge tone="good">{house.id}</Badge> {house.name === house.id ? '' : house.name}{' '}
              {house.peakPower > 0 ? `${f.number(house.peakPower / 1000, 1)}\u00a0kWp` : t('house.noPlant')}
            </li>
          ))}
        </ul>
      )}
      <form method="post" action="/case" novalidate>
        <input type="hidden" name="torna" value="/avvio/case" />
        <HouseFields view={view} values={page.values} errors={page.errors} withId />
        <button type="submit" class={page.houses.length === 0 ? 'primary' : undefined}>
          {t('houses.addNow')}
        </button>
      </form>
      <p class="links">
        <a class={page.houses.length === 0 ? 'button' : 'button primary'} href="/avvio/nodi">
          {page.houses.length === 0 ? t('setup.later') : t('setup.next')}
        </a>
      </p>
    </>,
  )
}

export function setupNodesPage(page: SetupNodes, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  return frame(
    view,
    'nodi',
    <>
      <p>
        {t('setup.nodesText')} <code>{`${page.host}:${page.mqttPort}`}</code>
      </p>
      <Nodes view={view} page={page} />
      <form method="post" action="/avvio/fine">
        <button type="submit" class="primary">
          {t('setup.finish')}
        </button>
      </form>
    </>,
    '/eventi?pagina=avvio',
  )
}

export function liveParts(page: SetupNodes, reader: Reader): LivePart[] {
  return [{ id: 'nodi-trovati', html: `${<Nodes view={viewFor(reader)} page={page} />}` }]
}

function Nodes({ view, page }: { readonly view: View; readonly page: SetupNodes }) {
  const { t, f } = view
  return (
    <div id="nodi-trovati">
      {page.nodes.length === 0 ? <p>{t('houses.none')}</p> : null}
      <ul class="plain">
        {page.nodes.map((node) => (
          <li>
            <strong>{node.house}</strong>{' '}
            {node.heardAt === null ? (
              t('setup.silent')
            ) : (
              <>
                <Badge tone="good">{t('setup.heard')}</Badge> <Age at={node.heardAt} view={view} />
                {' · '}
                {t('setup.values', { production: f.power(node.productionW), consumption: f.power(node.consumptionW) })}
              </>
            )}
          </li>
        ))}
      </ul>
      {page.strangers.length === 0 ? null : (
        <>
          <h2>{t('setup.strangers')}</h2>
          <ul class="plain">
            {page.strangers.map((stranger) => (
              <li>
                <strong>{stranger.who}</strong>: {stranger.why}, <Age at={stranger.lastAt} view={view} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function frame(
  view: View,
  step: Exclude<SetupStep, 'amministratore'>,
  children: Child,
  stream: string | null = null,
): string {
  const { t } = view
  const now = SETUP_STEPS.indexOf(step)
  return documentOf({
    view,
    title: t(`setup.${step}.title`),
    stream,
    children: (
      <section class="card narrow-card">
        <ol class="steps" aria-label={t('setup.steps')}>
          {SETUP_STEPS.map((name, i) => (
            <li class={i < now ? 'done' : undefined} aria-current={i === now ? 'step' : undefined}>
              {i < now && i > 0 ? <a href={`/avvio/${name}`}>{t(`setup.${name}`)}</a> : t(`setup.${name}`)}
            </li>
          ))}
        </ol>
        <h1>{t(`setup.${step}.title`)}</h1>
        <p class="hint">{t(`setup.${step}.text`)}</p>
        {children}
      </section>
    ),
  })
}
