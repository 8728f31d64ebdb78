import type { AlertCode } from './alert.ts'

/** What a tick wants done. A closed union: it is saved with the state, then performed in one place. */
export type Effect =
  | {
      readonly kind: 'openAlert'
      readonly house: string
      readonly code: AlertCode
      readonly at: number
      readonly detail: AlertDetail
    }
  | {
      readonly kind: 'closeAlert'
      readonly house: string
      readonly code: AlertCode
      readonly at: number
      readonly last: boolean
    }
  | { readonly kind: 'publishBenchmark'; readonly mean: number; readonly plants: number; readonly at: number }

/** What the rule saw when it opened an alert, so that it can be explained. */
export type AlertDetail = { readonly [key: string]: number | string }
