import { HOUR } from '../../hub/domain/time.ts'
import type { LoadStretch } from '../models/loads.ts'
import { ChartFrame, type Variant, WIDTHS } from './chart-frame.tsx'
import { stateWord } from './load-words.ts'
import { Scroll } from './parts.tsx'
import type { View } from './view.ts'

interface Props {
  readonly view: View
  readonly from: number
  readonly to: number
  readonly stretches: readonly LoadStretch[]
}

const HEIGHT = 72
const BAR = { top: 8, height: 32 }
const SIDE = 12

/** When a relay was on in a civil day, as a band, and the same as a table. */
export function LoadChart({ view, from, to, stretches }: Props) {
  const { t, f } = view
  const onMs = stretches.filter((s) => s.on === true).reduce((sum, s) => sum + s.to - s.from, 0)
  const switchings = stretches.filter((s, i) => i > 0 && s.on !== stretches[i - 1]?.on && s.on !== null)
  const desc = t('load.chart.desc', { time: f.duration(Math.round(onMs / 1000)), n: switchings.length })
  return (
    <>
      <ChartFrame
        id="commutazioni"
        title={t('load.chart.title')}
        desc={desc}
        heights={{ wide: HEIGHT, narrow: HEIGHT }}
        draw={(variant) => <Band view={view} from={from} to={to} stretches={stretches} variant={variant} />}
      />
      <p class="hint">{desc}</p>
      <details class="data" id="tabella-commutazioni">
        <summary>{t('load.chart.table')}</summary>
        <Scroll name={t('load.chart.table')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('load.chart.from')}</th>
                <th scope="col">{t('load.chart.to')}</th>
                <th scope="col">{t('load.chart.state')}</th>
                <th scope="col">{t('load.chart.why')}</th>
              </tr>
            </thead>
            <tbody>
              {stretches.map((s) => (
                <tr>
                  <th scope="row">{f.time(s.from)}</th>
                  <td>{f.time(s.to)}</td>
                  <td>{stateWord(view, s.on)}</td>
                  <td>
                    {s.on === null
                      ? t('load.chart.silent')
                      : s.rule
                        ? t(`load.why.${s.rule}`)
                        : t(`load.origin.${s.origin}`)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </details>
    </>
  )
}

function Band({ view, from, to, stretches, variant }: Props & { readonly variant: Variant }) {
  const width = WIDTHS[variant]
  const x = (at: number) => SIDE + ((at - from) / (to - from)) * (width - 2 * SIDE)
  const every = variant === 'wide' ? 3 : 6
  const hours = Array.from({ length: Math.floor((to - from) / HOUR / every) + 1 }, (_, i) => from + i * every * HOUR)
  return (
    <>
      <rect class="band-rest" x={SIDE} y={BAR.top} width={width - 2 * SIDE} height={BAR.height} rx={4} />
      {stretches
        .filter((s) => s.on !== false)
        .map((s) => (
          <rect
            class={s.on === null ? 'band-unknown' : 'band-on'}
            x={x(s.from)}
            y={BAR.top}
            width={Math.max(1, x(s.to) - x(s.from))}
            height={BAR.height}
          />
        ))}
      {hours.map((at) => (
        <g>
          <path class="tick" d={`M${x(at)} ${BAR.top + BAR.height}v6`} />
          <text class="axis" x={x(at)} y={BAR.top + BAR.height + 20} text-anchor="middle">
            {view.f.time(at).slice(0, 2)}
          </text>
        </g>
      ))}
    </>
  )
}
