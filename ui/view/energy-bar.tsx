import { Hatches, hatch, Legend, type Swatch } from './chart-frame.tsx'
import type { View } from './view.ts'

export interface BarPart {
  readonly swatch: Swatch
  readonly text: string
  readonly w: number
}

/** One bar of what is made and used now, its parts named beneath. Parts of zero are left out. */
export function EnergyBar({
  view,
  id,
  title,
  parts,
}: {
  readonly view: View
  readonly id: string
  readonly title: string
  readonly parts: readonly BarPart[]
}) {
  const drawn = parts.filter((part) => part.w > 0)
  const total = drawn.reduce((sum, part) => sum + part.w, 0)
  if (total === 0) return <p class="hint">{view.t('bar.none')}</p>
  const spans = placed(drawn, total)
  const entries = drawn.map(({ swatch, text, w }) => ({ swatch, text: `${text} ${view.f.power(w)}` }))
  return (
    <div class="bar">
      <h3>{title}</h3>
      <svg class="bar-drawing" viewBox="0 0 1000 28" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <Hatches id={id} only={spans.map(({ swatch }) => swatch)} />
        {spans.map(({ swatch, x, width }) => (
          <rect x={x} width={width} height="28" fill={hatch(id, swatch)} />
        ))}
        {spans.slice(1).map(({ x }) => (
          <path class="cut" d={`M${x} 0V28`} />
        ))}
      </svg>
      <Legend id={id} entries={entries} />
    </div>
  )
}

/** Parts as spans of 0..1000, the last one taking the rest. */
export function placed(parts: readonly BarPart[], total: number): { swatch: Swatch; x: number; width: number }[] {
  let before = 0
  return parts.map(({ swatch, w }) => {
    const x = Math.round((before / total) * 1000)
    before += w
    return { swatch, x, width: Math.round((before / total) * 1000) - x }
  })
}
