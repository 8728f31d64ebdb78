import type { View } from '../view/view.ts'
import type { HubNow } from './deps.ts'

const WIDTH = 360
const MARGIN = 30
const LEAST_DEGREES = 0.5

/** Where the hubs are, without a picture from anywhere: north above, distances true along the middle. */
export function HubMap({ view, hubs, silent }: { view: View; hubs: readonly HubNow[]; silent: ReadonlySet<string> }) {
  const { t } = view
  const placed = hubs.flatMap((hub) =>
    hub.latitude === null || hub.longitude === null ? [] : [{ ...hub, y: hub.latitude, x: hub.longitude }],
  )
  if (placed.length === 0) return <p>{t('central.noPlaces')}</p>
  const range = (of: (hub: (typeof placed)[number]) => number) => {
    const all = placed.map(of)
    const [low, high] = [Math.min(...all), Math.max(...all)]
    const spare = Math.max(0, LEAST_DEGREES - (high - low)) / 2
    return { low: low - spare, high: high + spare }
  }
  const [xs, ys] = [range((hub) => hub.x), range((hub) => hub.y)]
  const narrowing = Math.cos((((ys.low + ys.high) / 2) * Math.PI) / 180)
  const scale = (WIDTH - 2 * MARGIN) / ((xs.high - xs.low) * narrowing)
  const height = Math.min(900, Math.max(160, (ys.high - ys.low) * scale + 2 * MARGIN))
  const tall = Math.min(scale, (height - 2 * MARGIN) / (ys.high - ys.low))
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${Math.round(height)}`}
      role="img"
      aria-label={t('central.mapLabel', { n: placed.length })}
    >
      {placed.map((hub) => {
        const x = MARGIN + (hub.x - xs.low) * narrowing * tall
        const y = MARGIN + (ys.high - hub.y) * tall
        const isSilent = silent.has(hub.id)
        return (
          <a href={`/hub/${hub.id}`}>
            {isSilent ? (
              <path d={`M${x - 7} ${y - 7}l14 14m0 -14l-14 14`} stroke="currentColor" stroke-width="3" />
            ) : (
              <circle cx={x} cy={y} r="7" fill="currentColor" />
            )}
            <text x={x + 11} y={y + 5} fill="currentColor">
              {hub.name}
            </text>
          </a>
        )
      })}
    </svg>
  )
}
