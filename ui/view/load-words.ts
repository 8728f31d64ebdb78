import type { LoadDecision } from '../../hub/domain/decision.ts'
import { durationText } from '../../hub/domain/load-text.ts'
import type { Problem } from '../../hub/domain/problem.ts'
import { MINUTE, SECOND } from '../../hub/domain/time.ts'
import type { LoadView } from '../models/load-view.ts'
import type { View } from './view.ts'

/** Whether a load is on, off, or nobody knows, as one word. */
export function stateWord({ t }: View, on: boolean | null): string {
  return on === null ? t('load.unknown') : on ? t('load.on') : t('load.off')
}

/** Why a load is as it is, as one sentence without the state before it. */
export function whyOf(view: View, decision: LoadDecision): string {
  const { t, f } = view
  const { rule, inputs, countdown } = decision
  const { surplusW, thresholdW, sustainedS, byMin, limitW, betterAt, other } = inputs
  switch (rule) {
    case 'surplus':
      if (surplusW === undefined) break
      return sustainedS !== undefined && sustainedS >= 60
        ? t('load.says.surplusFor', { power: f.power(surplusW), time: f.duration(sustainedS) })
        : t('load.says.surplus', { power: f.power(surplusW) })
    case 'noSurplus':
      if (surplusW === undefined || thresholdW === undefined) break
      return t('load.says.noSurplus', { power: f.power(surplusW), threshold: f.power(thresholdW) })
    case 'sustaining':
      if (surplusW === undefined || !countdown) break
      return t('load.says.sustaining', { power: f.power(surplusW), time: f.duration(Math.round(countdown.inS)) })
    case 'mustStart':
      if (byMin === undefined) break
      return t('load.says.mustStart', { time: dayTime(byMin) })
    case 'fuse':
      if (limitW === undefined) break
      return t('load.says.fuse', { power: f.power(limitW) })
    case 'better':
      if (betterAt === undefined) break
      return t('load.says.better', { time: f.time(betterAt) })
    case 'dependency':
      if (other === undefined) break
      return t('load.says.dependency', { other })
    default:
  }
  return t(`load.why.${rule}`)
}

/** "Acceso: 2,1 kW di surplus da 5 min." For a load that is not switched, why that is. */
export function reasonOf(view: View, { relay, decision, override, isSwitchable, differences }: LoadView): string {
  const { t, f } = view
  const state = stateWord(view, relay?.on ?? null)
  if (!isSwitchable)
    return `${state}: ${differences.some((d) => d.what === 'undeclared') ? t('load.undeclared') : t('load.otherRest')}`
  if (!decision) return `${state}: ${t('load.notYet')}`
  if (decision.rule === 'override' && override)
    return `${state}: ${t('load.says.override', { who: override.who, time: f.time(override.until) })}`
  return `${state}: ${whyOf(view, decision)}`
}

/** The timer that runs, or null. */
export function countdownOf({ t, f }: View, { decision, override }: LoadView, now: number): string | null {
  if (override)
    return t('load.in.auto', { time: f.duration(Math.max(0, Math.round((override.until - now) / MINUTE)) * 60) })
  const countdown = decision?.countdown
  if (!countdown || countdown.inS < 1) return null
  return t(`load.in.${countdown.to}`, { time: f.duration(Math.round(countdown.inS)) })
}

/** What became of the last command, while that is news. */
export function commandWord({ t }: View, { command, relay }: LoadView, now: number): string | null {
  if (!command) return null
  switch (command.phase) {
    case 'queued':
    case 'sent':
      return t(`load.phase.${command.phase}`)
    case 'failed':
      return t('load.phase.failed', { why: t(`load.error.${command.error ?? 'formato'}`) })
    case 'expired':
      return relay?.on === command.on ? null : t('load.phase.expired')
    case 'confirmed':
      return t('load.phase.confirmed')
    case 'acknowledged':
      if (now - command.at > 3 * 60 * SECOND) return null
      return command.measurable ? t('load.phase.acknowledged') : t('load.phase.final')
  }
}

/** What would be right in a field; lengths of time as they are typed. */
export function problemText({ t }: View, { code, values }: Problem): string {
  const told = Object.entries(values).map(
    ([name, value]) => [name, /S$/.test(name) ? durationText(Number(value)) : value] as const,
  )
  return t(`problem.${code}`, Object.fromEntries(told) as Required<Problem['values']>)
}

export function dayTime(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}
