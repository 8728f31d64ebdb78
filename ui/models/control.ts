import type { ControlField, ControlText } from '../../hub/domain/control-text.ts'
import type { Problem } from '../../hub/domain/problem.ts'

/** How loads are switched, as the settings page shows it. */
export interface ControlForm {
  readonly values: ControlText
  readonly errors: { readonly [F in ControlField]?: Problem }
  readonly saved: boolean
}
