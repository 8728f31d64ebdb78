import { scheduler } from 'node:timers/promises'
import type { AllocationKey } from '../../hub/domain/allocation.ts'
import { ALLOCATION_KEYS, gini } from '../../hub/domain/allocation.ts'
import { none, Settlement } from '../../hub/domain/settlement.ts'
import { tariffOn } from '../../hub/domain/tariff.ts'
import { DAY, HOUR, MINUTE } from '../../hub/domain/time.ts'
import type { Viewer } from '../../hub/domain/visibility.ts'
import { OTHERS } from '../../hub/domain/visibility.ts'
import { readSlots } from '../../hub/store/readings.ts'
import type { HubDeps } from '../deps.ts'
import type { PeriodChoice } from '../models/history.ts'
import type { MemberShare, SharingPage } from '../models/sharing.ts'
import { exchangesByHour } from './energy.ts'

/** The shared energy of a month dealt by every key over the community's settlement interval; a resident sees the own part and the others' sum. */
export async function sharingPage(deps: HubDeps, viewer: Viewer, period: PeriodChoice): Promise<SharingPage> {
  const { settings } = deps.registry()
  const { zone, sharing, retention } = settings
  const instant = (day: string) => Temporal.PlainDate.from(day).toZonedDateTime(zone)
  const from = instant(period.firstDay).epochMilliseconds
  const to = Math.min(instant(period.endDay).epochMilliseconds, deps.now())
  const oldestSlot = Temporal.Instant.fromEpochMilliseconds(deps.now())
    .toZonedDateTimeISO(zone)
    .subtract({ months: retention.slotMonths }).epochMilliseconds
  const onlyHours = sharing.intervalMin === 15 && from < oldestSlot
  const intervalMin = onlyHours ? 60 : sharing.intervalMin
  const settlement = new Settlement(sharing)
  let measuredS = 0
  let estimatedS = 0
  // Day by day: between two of them others have their turn.
  for (let day = from; day < to; day += DAY) {
    const range = { from: day, to: Math.min(day + DAY, to), groupMs: intervalMin === 15 ? 15 * MINUTE : HOUR }
    const slots = await readSlots(deps.readings, range)
    for (const exchanges of exchangesByHour(slots).values()) settlement.add(exchanges)
    for (const { energy } of slots) {
      measuredS += energy.exchangeMeasuredS
      estimatedS += energy.exchangeEstimatedS
    }
    await scheduler.yield()
  }
  const own = viewer.kind === 'resident' ? viewer.house : null
  const members = [...settlement.members].map(
    ([id, sum]): MemberShare => ({
      name: id,
      own: id === own,
      injectedWh: sum.injectedWh,
      withdrawnWh: sum.withdrawnWh,
      taken: sum.taken,
      given: sum.given,
    }),
  )
  const ofEach = <T>(of: (key: AllocationKey) => T) =>
    Object.fromEntries(ALLOCATION_KEYS.map((key) => [key, of(key)])) as { [K in AllocationKey]: T }
  return {
    period,
    key: sharing.key,
    intervalMin,
    members: own === null ? members : withOthers(members),
    shared: ofEach((key) => members.reduce((sum, m) => sum + m.taken[key], 0)),
    gini: ofEach((key) => gini(members.filter((m) => m.withdrawnWh > 0).map((m) => m.taken[key]))),
    intervals: settlement.intervals,
    estimated: measuredS + estimatedS > 0 ? estimatedS / (measuredS + estimatedS) : null,
    sharedEur: tariffOn(period.firstDay, settings.tariffs).sharedEur,
    onlyHours,
  }
}

/** The own house, and all others as one. */
function withOthers(members: readonly MemberShare[]): MemberShare[] {
  const others: MemberShare = members
    .filter((m) => !m.own)
    .reduce(
      (sum, m) => ({
        name: OTHERS,
        own: false,
        injectedWh: sum.injectedWh + m.injectedWh,
        withdrawnWh: sum.withdrawnWh + m.withdrawnWh,
        taken: plus(sum.taken, m.taken),
        given: plus(sum.given, m.given),
      }),
      { name: OTHERS, own: false, injectedWh: 0, withdrawnWh: 0, taken: none(), given: none() },
    )
  return [...members.filter((m) => m.own), others]
}

function plus(a: MemberShare['taken'], b: MemberShare['taken']): MemberShare['taken'] {
  return Object.fromEntries(ALLOCATION_KEYS.map((key) => [key, a[key] + b[key]])) as Record<AllocationKey, number>
}
