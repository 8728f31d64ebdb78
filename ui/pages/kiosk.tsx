import type { KioskPage } from '../models/kiosk.ts'
import { asset } from '../view/assets.ts'
import { EnergyBar } from '../view/energy-bar.tsx'
import { Icon, type IconName } from '../view/icons.tsx'
import { HTMX } from '../view/layout.tsx'
import type { LivePart } from '../view/live.ts'
import { type View, viewFor } from '../view/view.ts'
import type { Reader } from '../view-models.ts'

interface Props {
  readonly view: View
  readonly page: KioskPage
}

/** The wall display, 800 x 480 without scrolling: three numbers now, one bar, three of the day. Without a script it comes anew every half minute. */
export function kioskPage(page: KioskPage, reader: Reader): string {
  const view = viewFor(reader)
  const { t } = view
  const ages = [t('age.second', { n: '{n}' }), t('age.minute', { n: '{n}' })]
  return `<!DOCTYPE html>${(
    <html
      lang={reader.language}
      data-theme={page.mono ? 'light' : reader.theme === 'auto' ? undefined : reader.theme}
      data-mono={page.mono ? '' : undefined}
    >
      <head>
        <meta charset="utf-8" />
        <title>{reader.community}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="htmx-config" content={JSON.stringify(HTMX)} />
        <noscript>
          <meta http-equiv="refresh" content="30" />
        </noscript>
        <link rel="stylesheet" href={asset('style.css')} />
        <link rel="icon" href={asset('icon.svg')} type="image/svg+xml" />
        <script src={asset('app.js')} defer></script>
      </head>
      <body class="kiosk" data-ages={ages.join('|')}>
        <main id="contenuto" {...{ 'hx-sse:connect': page.stream, 'hx-swap': 'none' }}>
          <header>
            <h1>{reader.community}</h1>
            <p class="live" id="live" role="status" data-on={t('live.on')} data-lost={t('live.lost')}>
              {t('live.at', { time: view.f.time(reader.now) })}
            </p>
          </header>
          <Now view={view} page={page} />
          <Today view={view} page={page} />
        </main>
      </body>
    </html>
  )}`
}

export function liveParts(page: KioskPage, reader: Reader): LivePart[] {
  const view = viewFor(reader)
  return [
    { id: 'adesso', html: `${<Now view={view} page={page} />}` },
    { id: 'oggi', html: `${<Today view={view} page={page} />}` },
  ]
}

function Now({ view, page }: Props) {
  const { t, f, reader } = view
  const gives = page.gridExportW > 0
  const known = page.heard > 0
  const self = Math.max(0, page.productionW - page.sharedW - page.gridExportW)
  return (
    <section id="adesso" aria-labelledby="adesso-title">
      <h2 class="unseen" id="adesso-title">
        {t('house.now')}
      </h2>
      <dl class="kiosk-now">
        <Large
          icon="sun"
          tone="solar"
          label={t('figure.production')}
          value={f.power(known ? page.productionW : null)}
        />
        <Large
          icon="house"
          tone="home"
          label={t('figure.consumption')}
          value={f.power(known ? page.consumptionW : null)}
        />
        <Large
          icon="pylon"
          tone={gives ? 'export' : 'grid'}
          label={gives ? t('figure.toGrid') : t('figure.fromGrid')}
          value={f.power(known ? page.gridExportW + page.gridImportW : null)}
        />
      </dl>
      {known ? (
        <EnergyBar
          view={view}
          id="barra"
          title={gives ? t('bar.surplus') : t('bar.deficit')}
          parts={[
            { swatch: 'self', text: t('figure.selfConsumption'), w: self },
            { swatch: 'community', text: t('kiosk.sharedNow'), w: page.sharedW },
            gives
              ? { swatch: 'export', text: t('figure.toGrid'), w: page.gridExportW }
              : { swatch: 'grid', text: t('figure.fromGrid'), w: page.gridImportW },
          ]}
        />
      ) : (
        <p>{t('missing.noData')}</p>
      )}
      <p class="hint">
        <time
          id="ora"
          datetime={new Date(reader.now).toISOString()}
          data-now={reader.now}
          data-script={asset('app.js')}
        >
          {f.dateTime(reader.now)}
        </time>
        {' · '}
        {t('kiosk.heard', { heard: page.heard, houses: page.houses })}
      </p>
    </section>
  )
}

function Today({ view, page }: Props) {
  const { t, f } = view
  const { today } = page
  return (
    <section id="oggi" aria-labelledby="oggi-title">
      <h2 class="unseen" id="oggi-title">
        {t('totals.today')}
      </h2>
      <dl class="kiosk-today">
        <Small label={t('kiosk.produced')} value={f.energy(today.producedWh)} />
        <Small label={t('kiosk.shared')} value={f.energy(today.sharedWh)} />
        <Small label={t('kiosk.sufficiency')} value={f.percent(today.selfSufficiencyRate)} />
      </dl>
    </section>
  )
}

function Large({
  icon,
  tone,
  label,
  value,
}: {
  readonly icon: IconName
  readonly tone: string
  readonly label: string
  readonly value: string
}) {
  return (
    <div class={`tone-${tone}`}>
      <dt>
        <Icon name={icon} />
        {label}
      </dt>
      <dd>{value}</dd>
    </div>
  )
}

function Small({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  )
}
