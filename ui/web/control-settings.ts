import type { ControlText, Street } from '../../hub/domain/control-text.ts'
import { CONTROL_FIELDS, controlText, readControlText } from '../../hub/domain/control-text.ts'
import type { Problem } from '../../hub/domain/problem.ts'
import { audit } from '../../hub/store/people.ts'
import { writeSettings } from '../../hub/store/settings.ts'
import type { RouteContext } from './context.ts'
import { whoOf } from './context.ts'
import { formValues } from './form.ts'
import { settingsWith } from './settings.ts'

/** `POST /impostazioni/controllo`: how loads are switched, for the whole community. */
export async function saveControl(context: RouteContext): Promise<Response> {
  const { c, deps, principal } = context
  const values: ControlText = formValues(CONTROL_FIELDS, await c.req.parseBody())
  const read = readControlText(values, streetOf(deps))
  if (!read.ok) {
    const errors: { [field: string]: Problem } = {}
    for (const problem of read.error) errors[problem.campo] ??= problem
    return settingsWith(context, { control: { values, errors, saved: false } }, 422)
  }
  const at = deps.now()
  const before = controlText(deps.registry().settings)
  await writeSettings(deps.control, read.value, at)
  const after = controlText(read.value)
  await audit(deps.control, { at, who: whoOf(principal), what: 'control settings changed', detail: { before, after } })
  await deps.refreshRegistry()
  return c.redirect('/impostazioni?controllo=salvato#controllo', 303)
}

function streetOf({ registry }: RouteContext['deps']): Street {
  const { houses, loads } = registry()
  const neighbours = [...loads.values()].flat().filter(({ load }) => load.neighbourWh !== null)
  return {
    highestPeakW: Math.max(0, ...[...houses.values()].map((house) => house.peakPower)),
    smallestNeighbourW: neighbours.length > 0 ? Math.min(...neighbours.map(({ load }) => load.ratedW)) : null,
  }
}
