import type { HousePage } from '../view-models.ts'
import type { View } from './view.ts'

/** Surplus that runs a washing machine, W. */
const ABUNDANT = 1500
/** Surplus or deficit that is hardly one, W. */
const EVEN = 150
/** Share of what is received that makes the neighbours worth mentioning. */
const MOSTLY = 0.5

/** One sentence that follows from the figures of a house. */
export function advice({ t, f }: View, now: HousePage['now']): string {
  const { productionW, consumptionW, fresh } = now
  if (!fresh || productionW === null || consumptionW === null) return t('advice.noData')
  const surplus = productionW - consumptionW
  if (surplus >= ABUNDANT) return t('advice.abundant')
  if (surplus > EVEN) return t('advice.some')
  const received = now.fromCommunityW + now.fromGridW
  if (received > 0 && now.fromCommunityW / received >= MOSTLY)
    return t('advice.neighbours', { share: f.share(now.fromCommunityW / received) })
  if (surplus >= -EVEN && productionW > 0) return t('advice.even')
  if (now.state === 'notte') return t('advice.night')
  if (consumptionW > 0 && productionW / consumptionW >= 0.2)
    return t('advice.covered', { share: f.share(productionW / consumptionW) })
  return t('advice.grid')
}
