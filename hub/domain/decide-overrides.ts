import type { Decide } from './load-cycle.ts'

/** People's overrides, and rest otherwise: what is decided where nobody plans. */
export const decideOverrides: Decide = (image, state) => ({
  state,
  legionella: [],
  decisions: image.houses.flatMap((house) =>
    house.loads.map(({ load, report, override }) => {
      const restOn = load.rest === 'on'
      const taken = override && override.until > image.elapsed ? override : null
      const on = taken ? taken.on : restOn
      const known = report !== null && report.origin !== 'interruttore' && report.origin !== 'servizio'
      return {
        ...{ house: load.house, load: load.id, on, ttlS: null, inputs: {}, alternative: null, shadow: null },
        act: !known ? 'leave' : on === restOn ? 'rest' : 'lease',
        rule: !known ? 'unknown' : taken ? 'override' : 'idle',
        countdown: taken ? { to: 'auto', inS: Math.ceil((taken.until - image.elapsed) / 1000) } : null,
      } as const
    }),
  ),
})
