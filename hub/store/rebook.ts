import { factorOn } from '../domain/co2.ts'
import type { Saved } from '../domain/savings.ts'
import { carbonSaved } from '../domain/savings.ts'
import type { Settings } from '../domain/settings.ts'
import { dayOf, HOUR } from '../domain/time.ts'
import { readHourFactors } from './emissions.ts'
import type { ControlDb, ReadingsDb } from './store.ts'

/**
 * Reckons the carbon that loads saved anew, for the civil days that have an hour in from <= start < to: hours with a factor of
 * their own by that, the others by the factor of the day. How many days of loads there were.
 */
export async function rebookCarbon(
  { control, readings }: { readonly control: ControlDb; readonly readings: ReadingsDb },
  { from, to }: { readonly from: number; readonly to: number },
  { zone, factors }: Pick<Settings, 'zone' | 'factors'>,
): Promise<number> {
  const [first, last] = [dayOf(from, zone), dayOf(to - HOUR, zone)]
  const booked = await control
    .selectFrom('saving')
    .selectAll()
    .where('day', '>=', first.toString())
    .where('day', '<=', last.toString())
    .execute()
  for (const row of booked) {
    const saved = JSON.parse(row.amounts) as Saved
    const day = Temporal.PlainDate.from(row.day)
    const midnight = day.toZonedDateTime(zone).epochMilliseconds
    const hourly = await readHourFactors(readings, midnight - HOUR, midnight + 26 * HOUR)
    const ofDay = factorOn(row.day, factors)?.gPerKwh ?? null
    const co2ByHour = saved.shiftedWh.map((_, hour) => {
      const start = day.toZonedDateTime({ timeZone: zone, plainTime: { hour } }).epochMilliseconds
      return hourly.get(Math.floor(start / HOUR) * HOUR) ?? ofDay
    })
    const amounts = JSON.stringify({ ...saved, co2Kg: carbonSaved(saved.shiftedWh, co2ByHour) })
    await control
      .updateTable('saving')
      .set({ amounts })
      .where('house', '=', row.house)
      .where('load', '=', row.load)
      .where('day', '=', row.day)
      .where('shadow', '=', row.shadow)
      .execute()
  }
  return booked.length
}
