import type { LoadView } from '../models/load-view.ts'
import { Icon } from './icons.tsx'
import { commandWord, countdownOf, reasonOf, whyOf } from './load-words.ts'
import { Badge, Card } from './parts.tsx'
import type { View } from './view.ts'

/** The loads of a house: state, reason, timer, and the way to take over. `back` = where its forms return to. */
export function LoadsCard({
  view,
  loads,
  back,
  size = 'half',
}: {
  readonly view: View
  readonly loads: readonly LoadView[]
  readonly back: string
  readonly size?: 'half' | 'full'
}) {
  const { t } = view
  return (
    <Card id="carichi" title={t('load.title')} size={size}>
      {loads.length === 0 ? (
        <p class="empty">{t('load.none')}</p>
      ) : (
        <ul class="loads">
          {loads.map((load) => (
            <LoadItem view={view} item={load} back={back} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function LoadItem({ view, item, back }: { readonly view: View; readonly item: LoadView; readonly back: string }) {
  const { t, f, reader } = view
  const { load, relay, decision, shadowUntil, isSwitchable } = item
  const command = commandWord(view, item, reader.now)
  const countdown = countdownOf(view, item, reader.now)
  const where = `/carichi/${load.house}/${load.id}`
  return (
    <li class="load" id={`carico-${load.house}-${load.id}`}>
      <p class="load-head">
        <a href={where}>{load.name}</a>
        <span class={relay?.on ? 'lamp lamp-on' : 'lamp'}>
          {relay === null ? t('load.unknown') : relay.on ? t('load.on') : t('load.off')}
          {relay?.powerW != null && relay.on ? ` · ${f.power(relay.powerW)}` : ''}
          {relay?.temperatureC != null ? ` · ${f.number(relay.temperatureC)}\u00a0°C` : ''}
        </span>
      </p>
      <p>{reasonOf(view, item)}.</p>
      {countdown ? <p class="hint">{countdown}.</p> : null}
      {shadowUntil !== null ? (
        <p class="hint">
          {t('load.shadow', { when: f.dateTime(shadowUntil) })}
          {decision?.shadow ? ` ${decision.shadow.on ? t('load.shadowOn') : t('load.shadowOff')}` : ''}
        </p>
      ) : null}
      {command ? (
        <p class="hint">
          <Badge tone={item.command?.phase === 'confirmed' ? 'good' : failed(item) ? 'bad' : 'quiet'}>{command}</Badge>
        </p>
      ) : null}
      {item.isBound === false && (reader.user?.role === 'technician' || reader.user?.role === 'admin') ? (
        <p class="hint">{t('load.unbound')}</p>
      ) : null}
      {!item.isReachable ? <p class="hint">{t('load.unreachable')}</p> : null}
      {isSwitchable ? <TakeOver view={view} item={item} back={back} /> : null}
      {decision?.alternative ? (
        <details class="data" id={`perche-${load.house}-${load.id}`}>
          <summary>{relay?.on ? t('load.askOn') : t('load.askOff')}</summary>
          <Why view={view} item={item} />
        </details>
      ) : null}
    </li>
  )
}

function failed({ command }: LoadView): boolean {
  return command?.phase === 'failed' || command?.phase === 'expired'
}

/** Auto, on for two hours, off for two hours: plain buttons of a form. */
function TakeOver({ view, item, back }: { readonly view: View; readonly item: LoadView; readonly back: string }) {
  const { t } = view
  const { load, override } = item
  const chosen = override === null ? 'auto' : override.on ? 'acceso' : 'spento'
  const texts = { auto: t('load.auto'), acceso: t('load.on2h'), spento: t('load.off2h') }
  return (
    <form class="take-over" method="post" action={`/carichi/${load.house}/${load.id}/comando`}>
      <input type="hidden" name="torna" value={back} />
      <fieldset>
        <legend class="unseen">{t('load.takeOver', { name: load.name })}</legend>
        {(['auto', 'acceso', 'spento'] as const).map((mode) => (
          <button type="submit" name="modo" value={mode} aria-pressed={mode === chosen ? 'true' : 'false'}>
            {mode === 'auto' ? <Icon name="sun" /> : null}
            {texts[mode]}
          </button>
        ))}
      </fieldset>
    </form>
  )
}

/** What was looked at, and what would hold otherwise. */
export function Why({ view, item }: { readonly view: View; readonly item: LoadView }) {
  const { t, f } = view
  const { decision } = item
  if (!decision) return null
  const { inputs, alternative } = decision
  const facts: [string, string][] = []
  if (inputs.surplusW !== undefined) facts.push([t('load.fact.surplus'), f.power(inputs.surplusW)])
  if (inputs.thresholdW !== undefined) facts.push([t('load.fact.threshold'), f.power(inputs.thresholdW)])
  if (inputs.drawW !== undefined) facts.push([t('load.fact.draw'), f.power(inputs.drawW)])
  if (inputs.runS !== undefined) facts.push([t('load.fact.run'), f.duration(Math.round(inputs.runS))])
  if (inputs.needS !== undefined) facts.push([t('load.fact.need'), f.duration(Math.round(inputs.needS))])
  if (inputs.starts !== undefined) facts.push([t('load.fact.starts'), f.number(inputs.starts)])
  if (inputs.hoursSinceHot !== undefined)
    facts.push([t('load.fact.hot'), f.duration(Math.round(inputs.hoursSinceHot * 3600))])
  return (
    <div>
      <p>{t('load.because', { why: whyOf(view, decision) })}</p>
      {facts.length > 0 ? (
        <dl class="facts">
          {facts.map(([name, value]) => (
            <div>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      {alternative ? (
        <p class="hint">
          {t('load.otherwise', {
            state: alternative.on ? t('load.on') : t('load.off'),
            why: t(`load.why.${alternative.rule}`),
          })}
        </p>
      ) : null}
    </div>
  )
}
