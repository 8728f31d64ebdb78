import type { Language } from '../view-models.ts'
import { translator } from './messages.ts'

/** Shown where there is no value; say why beside it. */
export const NONE = '–'

const NBSP = '\u00a0'
export const LOCALES: { readonly [L in Language]: string } = { it: 'it-IT', en: 'en-GB' }

/** How a reader's language writes numbers, and instants in the community's zone. */
export interface Format {
  readonly number: (value: number, decimals?: number) => string
  /** W below 1000, else kW with one decimal. */
  readonly power: (w: number | null) => string
  /** Wh given; kWh with one decimal, from 1000 kWh MWh with two. */
  readonly energy: (wh: number | null) => string
  /** 0..1 given, whole percent. */
  readonly percent: (rate: number | null) => string
  /** The same inside a sentence, with the article that Italian wants: "il 74 %", "l’80 %". */
  readonly share: (rate: number) => string
  /** W/Wp or kWh/kWp, two decimals. */
  readonly specific: (value: number | null, unit: string) => string
  /** "14:05" */
  readonly time: (at: number) => string
  /** "14:05:09" */
  readonly clock: (at: number) => string
  /** "20 giu, 14:05" */
  readonly dateTime: (at: number) => string
  /** Of a civil day "2026-06-20": "sabato 20 giugno 2026" */
  readonly day: (day: string) => string
  /** "12 s fa"; never negative. */
  readonly age: (ms: number) => string
  /** "3 h 20 min" */
  readonly duration: (seconds: number | null) => string
  /** Grams given: kg with one decimal, from 1000 kg t with two. */
  readonly mass: (g: number) => string
  /** Euro, two decimals. */
  readonly euro: (value: number | null) => string
  readonly bytes: (bytes: number) => string
}

const formats = new Map<string, Format>()

export function formatFor(language: Language, zone: string): Format {
  const key = `${language} ${zone}`
  const found = formats.get(key) ?? makeFormat(language, zone)
  formats.set(key, found)
  return found
}

/** An age as a number and the key of its unit; the browser ticks by the same rule. */
export function ageOf(ms: number): { key: 'age.second' | 'age.minute' | 'age.hour' | 'age.day'; n: number } {
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s < 60) return { key: 'age.second', n: s }
  if (s < 3600) return { key: 'age.minute', n: Math.floor(s / 60) }
  if (s < 48 * 3600) return { key: 'age.hour', n: Math.floor(s / 3600) }
  return { key: 'age.day', n: Math.floor(s / 86400) }
}

function makeFormat(language: Language, zone: string): Format {
  const locale = LOCALES[language]
  const t = translator(language)
  const writers = [0, 1, 2].map(
    (digits) =>
      new Intl.NumberFormat(locale, {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        useGrouping: 'always',
      }),
  )
  const number = (value: number, decimals = 0) => writers[decimals]?.format(round(value, decimals)) ?? String(value)
  const unit = (value: number, decimals: number, name: string) => `${number(value, decimals)}${NBSP}${name}`
  const instant = (options: Intl.DateTimeFormatOptions) => {
    const writer = new Intl.DateTimeFormat(locale, { timeZone: zone, hourCycle: 'h23', ...options })
    return (at: number) => writer.format(at)
  }
  const civilDay = new Intl.DateTimeFormat(locale, {
    timeZone: 'UTC',
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  })
  const currency = new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR', useGrouping: 'always' })
  const money = (value: number) => currency.format(round(value, 2))
  return {
    number,
    power: (w) => (w === null ? NONE : Math.abs(Math.round(w)) < 1000 ? unit(w, 0, 'W') : unit(w / 1000, 1, 'kW')),
    energy: (wh) =>
      wh === null ? NONE : Math.abs(round(wh / 1000, 1)) < 1000 ? unit(wh / 1000, 1, 'kWh') : unit(wh / 1e6, 2, 'MWh'),
    percent: (rate) => (rate === null ? NONE : unit(rate * 100, 0, '%')),
    share: (rate) => `${language === 'it' ? article(Math.round(rate * 100)) : ''}${unit(rate * 100, 0, '%')}`,
    specific: (value, name) => (value === null ? NONE : unit(value, 2, name)),
    time: instant({ hour: '2-digit', minute: '2-digit' }),
    clock: instant({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
    dateTime: instant({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
    day: (day) => civilDay.format(Date.parse(`${day}T00:00:00Z`)).replace(',', ''),
    age: (ms) => {
      const { key, n } = ageOf(ms)
      return t(key, { n })
    },
    duration: (seconds) => {
      if (seconds === null) return NONE
      const minutes = Math.floor(seconds / 60)
      if (minutes < 1) return unit(seconds, 0, 's')
      if (minutes < 60) return unit(minutes, 0, 'min')
      const hours = Math.floor(minutes / 60)
      if (hours < 48) return `${unit(hours, 0, 'h')} ${unit(minutes % 60, 0, 'min')}`
      return `${unit(Math.floor(hours / 24), 0, language === 'it' ? 'g' : 'd')} ${unit(hours % 24, 0, 'h')}`
    },
    mass: (g) => (Math.abs(g) < 999_950 ? unit(g / 1000, 1, 'kg') : unit(g / 1e6, 2, 't')),
    euro: (value) => (value === null ? NONE : money(value)),
    bytes: (bytes) => {
      if (bytes < 1e6) return unit(bytes / 1e3, 0, 'kB')
      return bytes < 1e9 ? unit(bytes / 1e6, 1, 'MB') : unit(bytes / 1e9, 2, 'GB')
    },
  }
}

/** Italian: ottanta, otto, uno and undici begin with a vowel, zero takes "lo". */
function article(percent: number): string {
  if (percent === 0) return 'lo '
  return percent === 1 || percent === 8 || percent === 11 || (percent >= 80 && percent < 90) ? 'l’' : 'il '
}

/** Without the sign that -0.4 would leave on a zero. */
function round(value: number, decimals: number): number {
  const factor = 10 ** decimals
  return Math.round(value * factor) / factor + 0
}
