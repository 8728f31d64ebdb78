/** Who decides that panels are cleaned: a person who approves, the hub by itself, or nobody. */
export const CLEANING_MODES = ['proponi', 'automatica', 'spenta'] as const
export type CleaningMode = (typeof CLEANING_MODES)[number]

/** What the community says of cleaning its panels. */
export interface CleaningSettings {
  readonly mode: CleaningMode
  /** Of one cleaning of one house, euro. */
  readonly waterEur: number
  readonly labourEur: number
  /** Length of a run, s; the node's own maximum binds as well. */
  readonly runS: number
  /** Between two cleanings of a house, days. */
  readonly intervalDays: number
}

export const DEFAULT_CLEANING: CleaningSettings = {
  mode: 'proponi',
  waterEur: 1,
  labourEur: 0,
  runS: 60,
  intervalDays: 14,
}

/** Bounds of the settings, both allowed. */
export const CLEANING_BOUNDS = {
  waterEur: [0, 1000],
  labourEur: [0, 1000],
  runS: [5, 600],
  intervalDays: [14, 365],
} as const
