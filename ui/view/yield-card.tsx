import { scaleLinear } from 'd3-scale'
import type { HousePage } from '../view-models.ts'
import { Badge, Card } from './parts.tsx'
import type { View } from './view.ts'

/** A difference smaller than this is called none. */
const SAME = 0.02

interface YieldCardProps {
  readonly view: View
  readonly house: HousePage['house']
  readonly benchmark: HousePage['benchmark']
}

/** The own roof against the mean of the community, in words and as a mark on a line. */
export function YieldCard({ view, house, benchmark }: YieldCardProps) {
  const { t } = view
  return (
    <Card id="confronto" title={t('yield.titleOwn')} size="half">
      {house.peakPower > 0 ? <Verdict view={view} house={house} benchmark={benchmark} /> : <p>{t('house.noPlant')}</p>}
      <p class="hint">{benchmark.unit === 'W/Wp' ? t('yield.explainNow') : t('yield.explainDay')}</p>
    </Card>
  )
}

function Verdict({ view, house, benchmark }: YieldCardProps) {
  const { t, f } = view
  const { own, mean, unit, threshold, plants, conclusive, dark, judged } = benchmark
  if (dark) return <p>{t('yield.dark')}</p>
  if (own === null) return <p>{t('yield.noOwn')}</p>
  if (mean === null || mean <= 0) return <p>{t('yield.noPlants')}</p>
  if (!conclusive) return <p>{t.count('yield.tooFew', plants)}</p>
  const difference = own / mean - 1
  const share = f.share(Math.abs(difference))
  const below = own < threshold * mean
  const tone = !below ? 'good' : judged ? 'bad' : 'quiet'
  return (
    <>
      <p class="verdict">
        {Math.abs(difference) < SAME
          ? t('yield.same')
          : difference > 0
            ? t('yield.more', { share })
            : t('yield.less', { share })}
      </p>
      <Track view={view} own={own} mean={mean} threshold={threshold} bad={tone === 'bad'} />
      <p>{t.count('yield.figures', plants, { own: f.specific(own, unit), mean: f.specific(mean, unit) })}</p>
      <p>
        <Badge tone={tone}>
          {below ? t(judged ? 'yield.below' : 'yield.belowNow', { share: f.percent(threshold) }) : t('yield.within')}
        </Badge>
      </p>
      {judged ? null : (
        <p>
          {t('yield.byDays')} <a href={`/salute?${new URLSearchParams({ casa: house.id })}`}>{t('yield.health')}</a>
        </p>
      )}
    </>
  )
}

/** Decoration: the sentences around it say the same. */
function Track({
  view,
  own,
  mean,
  threshold,
  bad,
}: {
  readonly view: View
  readonly own: number
  readonly mean: number
  readonly threshold: number
  readonly bad: boolean
}) {
  const { t, f } = view
  const x = scaleLinear([0, Math.max(1.5 * mean, 1.1 * own)], [10, 310])
  const at = (value: number) => Math.round(x(value) * 10) / 10
  return (
    <svg class="track-drawing" viewBox="0 0 320 62" aria-hidden="true" focusable="false">
      <rect class="track" x="10" y="26" width="300" height="10" rx="5" />
      <rect class="track-low" x="10" y="26" width={at(threshold * mean) - 10} height="10" rx="5" />
      <path class="mean" d={`M${at(mean)} 18V44`} />
      <text class="axis" x={at(mean)} y="58" text-anchor="middle">
        {t('yield.mean', { value: f.number(mean, 2) })}
      </text>
      <circle class={bad ? 'dot dot-bad' : 'dot'} cx={at(own)} cy="31" r="8" />
      <text class="axis strong" x={Math.min(290, Math.max(30, at(own)))} y="14" text-anchor="middle">
        {f.number(own, 2)}
      </text>
    </svg>
  )
}
