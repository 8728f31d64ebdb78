import type { SyncSettings } from '../../hub/domain/settings.ts'

/** What a central is told, as the page shows it. */
export interface SyncPage {
  readonly url: string | null
  readonly hub: string | null
  readonly settings: SyncSettings
  readonly waiting: number
  readonly held: number
  readonly problem: string | null
  readonly nextAt: number | null
  /** What goes out next, to the byte. */
  readonly next: { readonly text: string; readonly waitsForAnswer: boolean } | null
  /** What went out, newest first. */
  readonly sent: readonly {
    readonly id: number
    readonly at: number
    readonly rows: number
    readonly answeredAt: number | null
  }[]
  /** One of them, opened. */
  readonly opened: { readonly id: number; readonly text: string; readonly answer: string | null } | null
  readonly codeError: string | null
  readonly saved: boolean
}
