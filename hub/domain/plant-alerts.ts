import type { AlertCode } from './alert.ts'
import type { AlertRule } from './benchmark.ts'
import type { AlertDetail } from './effect.ts'
import type { WantedAlert } from './plant-health.ts'

/** Codes that the diagnosis opens and closes. */
const DIAGNOSED = ['performance_bassa', 'fermo', 'ombra', 'sporco', 'orologio', 'cablaggio'] as const

/**
 * Opens and closes what the diagnosis wants of a house, which is undefined while it has not spoken. Under the original rule nothing
 * but low yield is told, and that by the comparison itself.
 */
export function followDiagnosis(
  rule: AlertRule,
  { id, wanted }: { readonly id: string; readonly wanted?: readonly WantedAlert[] | undefined },
  open: (house: string, code: AlertCode, detail: AlertDetail) => void,
  close: (house: string, code: AlertCode) => void,
): void {
  if (rule === 'media85') {
    for (const code of DIAGNOSED) if (code !== 'performance_bassa') close(id, code)
    return
  }
  if (!wanted) return
  for (const code of DIAGNOSED) if (!wanted.some((alert) => alert.code === code)) close(id, code)
  for (const { code, detail } of wanted) open(id, code, detail)
}
