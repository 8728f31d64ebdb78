import type { Bands, PlantForecast } from '../domain/forecast.ts'

/** What was learned, as text: numbers to five decimals, null where nothing is known. */

export function encodePlant(model: PlantForecast): string {
  return JSON.stringify(model, compact)
}

export function encodeBands(bands: Bands): string {
  return JSON.stringify(bands, compact)
}

/** Null where the text is not of a model with so many slots and these bands: it is then learned anew. */
export function decodePlant(text: string, slots: number): PlantForecast | null {
  const raw = JSON.parse(text) as PlantForecast
  const floats = (values: Iterable<number | null>) => Float64Array.from(values, (v) => v ?? Number.NaN)
  const isWhole = (values: { readonly length: number } | undefined) => values?.length === slots
  if (!isWhole(raw.shape?.measured) || !isWhole(raw.ratio?.ratios) || !raw.bands?.later) return null
  return {
    ...raw,
    shape: {
      ...raw.shape,
      measured: floats(raw.shape.measured),
      clear: floats(raw.shape.clear),
      last: raw.shape.last.map((d) => ({ ...d, measured: floats(d.measured), clear: floats(d.clear) })),
    },
    ahead: raw.ahead && { ...raw.ahead, shares: floats(raw.ahead.shares) },
    ratio: { ...raw.ratio, ratios: floats(raw.ratio.ratios), days: raw.ratio.days.map(floats) },
  }
}

export function decodeBands(text: string): Bands | null {
  const bands = JSON.parse(text) as Partial<Bands>
  return bands.clear && bands.weather && bands.later
    ? { clear: bands.clear, weather: bands.weather, later: bands.later }
    : null
}

function compact(_key: string, value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.round(value * 1e5) / 1e5 : null
  return value instanceof Float64Array ? Array.from(value) : value
}
