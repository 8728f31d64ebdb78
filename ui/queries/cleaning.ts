import { isOpen } from '../../hub/domain/cleaning-run.ts'
import { dayGrid, dayStart } from '../../hub/domain/community-day.ts'
import { dayOf, HOUR } from '../../hub/domain/time.ts'
import type { StoredCleaning, StoredRun } from '../../hub/store/cleanings.ts'
import { listCleanings } from '../../hub/store/cleanings.ts'
import type { HubDeps } from '../deps.ts'
import type { CleaningHouseView, CleaningPage, CleaningView } from '../models/cleaning.ts'

/** What is known of dirt on the community, what is proposed, and what earlier cleanings have brought. */
export async function cleaningPageOf(
  deps: HubDeps,
  form: Pick<CleaningPage, 'settings' | 'saved'>,
): Promise<CleaningPage> {
  const { settings } = deps.registry()
  const verdict = deps.cleaning.verdict()
  const { place, zone } = settings
  // A day of the sun begins near midnight: its noon names the civil day.
  const civil = (day: number) =>
    place === null ? '' : dayOf(dayStart(dayGrid(place), day) + 12 * HOUR, zone).toString()
  return {
    verdict,
    past: (verdict?.past ?? []).map(({ day, ratio }) => ({ day: civil(day), ratio })),
    since: verdict && verdict.past.length > 0 ? civil(verdict.since) : null,
    hasWeather: settings.weather.agreed !== null,
    cleanings: (await listCleanings(deps.view)).map((cleaning) => viewOf(deps, cleaning)),
    ...form,
  }
}

function viewOf(deps: HubDeps, { id, at, by, money, verdict, runs }: StoredCleaning): CleaningView {
  const houses = runs.map((run) => houseView(deps, run))
  return { id, at, by, money, verdict, houses, open: runs.some(isOpen) }
}

function houseView(deps: HubDeps, run: StoredRun): CleaningHouseView {
  const { house, state, why, by, stop, endedAt, outcome } = run
  const report = state === 'running' || state === 'sent' ? deps.cleaning.report(house) : null
  return {
    ...{ house, state, why, by, stop, endedAt },
    name: deps.registry().houses.get(house)?.name ?? house,
    remainingS: report?.active ? report.remainingS : null,
    recovery: outcome === null || outcome === 'tooLate' ? null : outcome.recovery,
    tooLate: outcome === 'tooLate',
  }
}
