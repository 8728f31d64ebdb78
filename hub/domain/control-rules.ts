import type { ControlSettings, HouseControl, LoadImage } from './control-image.ts'
import type { Moment } from './control-observe.ts'
import { learnedW } from './control-observe.ts'
import type { LoadMemory } from './control-state.ts'
import type { DecisionInputs, Rule } from './decision.ts'
import { mustHeatWater } from './legionella.ts'
import type { Load } from './load.ts'
import { isOpenAt } from './load.ts'
import type { PlannedLoad } from './plan.ts'
import { MINUTE, SECOND } from './time.ts'

/** What one rule says of a load, before its house has looked at all of them together. */
export interface Verdict {
  readonly on: boolean
  readonly rule: Rule
  readonly inputs: DecisionInputs
  readonly countdown: { readonly to: 'on' | 'off' | 'auto'; readonly inS: number } | null
  readonly alternative: { readonly on: boolean; readonly rule: Rule } | null
}

export interface Asked {
  readonly image: LoadImage
  readonly house: HouseControl
  readonly at: Moment
  readonly settings: ControlSettings
  /** Surplus it would have were it off, those after it in priority off too, W; null = not known. */
  readonly availableW: number | null
  readonly plan: PlannedLoad | null
  /** Running still needed, s, and until when (epoch ms). */
  readonly need: Need | null
  /** What it needs to run is running; null when it needs nothing. */
  readonly isCarried: boolean | null
  /** A load that runs, or wants to, needs this one. */
  readonly neededBy: string | null
}

export interface Need {
  readonly needS: number
  readonly deadline: number
  /** Time left in which it may run, s. */
  readonly openS: number
}

/** A dip of the surplus shorter than this does not begin the count again, ms. */
const DIP = MINUTE
/** Room kept before a deadline: this much, and a twentieth of the need, s. */
const MARGIN_S = 300
/** Kept off longest, it then stays on for this, s. */
const RELEASED_S = 1800
/** A load that runs for its deadline is not let go with less room than this, s. */
const KEPT_S = 1800
/** No less is called surplus, W. */
const LEAST_W = 50

const plain = (
  on: boolean,
  rule: Rule,
  inputs: DecisionInputs = {},
  countdown: Verdict['countdown'] = null,
): Verdict => ({
  on,
  rule,
  inputs,
  countdown,
  alternative: null,
})

/** The verdict on one load, from the highest authority down; changes the timers of its memory. */
export function judge(asked: Asked, memory: LoadMemory): Verdict {
  const { image, at } = asked
  const { load, report, override } = image
  const isOn = memory.on === true
  const forS = (at.elapsed - memory.changedAt) / SECOND
  const auto = automatic(asked, memory)
  const instead = { on: auto.on, rule: auto.rule }
  if (!report) return plain(memory.on ?? load.rest === 'on', 'unknown')
  if (report.origin === 'servizio') return plain(report.on, 'service')
  if (report.origin === 'interruttore') {
    const countdown = report.on ? { to: 'auto' as const, inS: Math.max(0, load.maxOnS - forS) } : null
    return { ...plain(report.on, 'wallSwitch', { onForS: report.on ? forS : 0 }, countdown), alternative: instead }
  }
  if (report.origin === 'sicurezza' && !report.on) {
    return { ...plain(false, 'hardware', {}, { to: 'auto', inS: report.lockS }), alternative: instead }
  }
  if (mustHeatWater(memory.legionella, at.elapsed, at.clockCertain ? at.minute : null)) {
    const hot = memory.legionella
    const hoursSinceHot = hot ? Math.round((at.elapsed - hot.hotAt) / (60 * MINUTE)) : 0
    const temperature = report.temperatureC === null ? {} : { temperatureC: report.temperatureC }
    const asked = override?.on && override.until > at.elapsed
    const alternative = asked ? ({ on: true, rule: 'override' } as const) : instead
    return { ...plain(true, 'legionella', { hoursSinceHot, ...temperature }), alternative }
  }
  const isLocked = !isOn && report.lockS > 0 && load.rest === 'off'
  const locked = { ...plain(false, 'hardware', {}, { to: 'on', inS: report.lockS }), alternative: instead }
  if (override && override.until > at.elapsed) {
    if (override.on && isLocked) return { ...locked, alternative: { on: true, rule: 'override' } }
    const inS = (override.until - at.elapsed) / SECOND
    return { ...plain(override.on, 'override', {}, { to: 'auto', inS }), alternative: instead }
  }
  if (memory.programAt !== null && load.program) {
    const ranS = (at.elapsed - memory.programAt) / SECOND
    const { runS, contactS } = load.program
    const on = contactS === null || ranS < contactS
    return {
      ...plain(on, 'program', { runS: ranS, needS: runS }, { to: 'off', inS: runS - ranS }),
      alternative: instead,
    }
  }
  if (isOn && !auto.on && forS < load.minOnS && auto.rule !== 'startsSpent') {
    return { ...plain(true, 'minOn', { onForS: forS }, { to: 'off', inS: load.minOnS - forS }), alternative: instead }
  }
  if (!isOn && auto.on && forS < load.minOffS && !isSafeReturn(load, auto.rule)) {
    return {
      ...plain(false, 'minOff', { offForS: forS }, { to: 'on', inS: load.minOffS - forS }),
      alternative: instead,
    }
  }
  if (auto.on && isLocked) return locked
  return auto
}

/** A return to rest that nothing may hold up. */
export function isSafeReturn(load: Load, rule: Rule): boolean {
  return load.rest === 'on' && ['stale', 'clock', 'heldOffLongest', 'startsSpent', 'idle'].includes(rule)
}

/** What the hub would choose by itself. */
function automatic(asked: Asked, memory: LoadMemory): Verdict {
  const { image, at, availableW, need, isCarried, neededBy } = asked
  const { load } = image
  const isOn = memory.on === true
  const forS = (at.elapsed - memory.changedAt) / SECOND
  const minutely = at.clockCertain ? at.minute : null
  if (load.rest === 'on') {
    // Without a need of its own, a load at rest on is left as it was before there was a hub.
    if (!load.dailyNeed && !load.window) return plain(true, 'idle')
    if (minutely === null && (isOn || forS < load.maxHeldOffS)) return plain(isOn, 'clock')
    if (availableW === null) return plain(true, 'stale', { ageS: asked.house.ageS ?? 0 })
    if (!isOn && forS >= load.maxHeldOffS) return plain(true, 'heldOffLongest', { offForS: forS })
    if (isOn && memory.wanted === true && forS < RELEASED_S && memory.byHeldOff)
      return plain(true, 'heldOffLongest', { onForS: forS })
  }
  if (neededBy !== null && isOn) return plain(true, 'dependency', { other: neededBy })
  if (load.window && minutely !== null && !isOpenAt(load.window, minutely)) return plain(false, 'window')
  if (load.dailyMaxS !== null && memory.runS >= load.dailyMaxS) return plain(false, 'dailyMax', { runS: memory.runS })
  const reserved = (load.legionella ? 1 : 0) + (need && need.needS > 0 ? 1 : 0)
  const most = Math.max(1, load.startsPerDay - reserved)
  // Holding off a load at rest on brings a start later: so that is what is counted there.
  const isSpent = memory.starts >= most && isOn === (load.rest === 'on')
  const spent = () => plain(load.rest === 'on', 'startsSpent', { starts: memory.starts })
  if (need && need.needS > 0 && minutely !== null) {
    const slackS = need.openS - need.needS * 1.05 - MARGIN_S
    const inputs = {
      needS: need.needS,
      runS: memory.needRunS,
      byMin: load.dailyNeed?.byMin ?? load.window?.toMin ?? 1440,
    }
    // Once begun it goes on, though running makes room.
    if (slackS <= (isOn ? KEPT_S : 0) && (isOn || availableW !== null)) {
      if (!isOn && load.rest === 'off' && memory.starts >= load.startsPerDay) return spent()
      // What it imports for its deadline counts: it ends with the need.
      const isShort = availableW !== null && availableW < learnedW(load, memory.steps) - asked.settings.reserveW
      memory.shortSince = isOn && isShort ? (memory.shortSince ?? at.elapsed) : null
      return carried(plain(true, 'mustStart', inputs), isCarried, load)
    }
  }
  if (minutely === null && isOn && need && need.needS > 0) return plain(true, 'clock')
  if (availableW === null) return plain(false, 'stale', asked.house.ageS === null ? {} : { ageS: asked.house.ageS })
  if (minutely === null && (load.window || load.program) && !isOn) return plain(false, 'clock')
  if (neededBy !== null) return plain(true, 'dependency', { other: neededBy })
  const verdict = bySurplus(asked, memory, availableW)
  if (isSpent && verdict.on !== (load.rest === 'on')) return spent()
  return verdict.on ? carried(verdict, isCarried, load) : verdict
}

function carried(verdict: Verdict, isCarried: boolean | null, load: Load): Verdict {
  if (isCarried !== false) return verdict
  const inputs = { ...verdict.inputs, ...(load.needs === null ? {} : { other: load.needs }) }
  return { ...plain(false, 'dependency', inputs), alternative: { on: true, rule: verdict.rule } }
}

/** Sustained surplus starts it, sustained lack of it ends it, dips count for neither. */
function bySurplus({ image, at, settings, need, plan }: Asked, memory: LoadMemory, availableW: number): Verdict {
  const { load } = image
  const isOn = memory.on === true
  const needS = need?.needS ?? 0
  const power = learnedW(load, memory.steps)
  const planned = needS > 0 && plan ? Math.max(LEAST_W, plan.thresholdW) : 1.05 * power + 50
  const thresholdW = Math.round(load.thresholdW ?? planned)
  const stayW = needS > 0 || load.thresholdW !== null ? 0.9 * thresholdW - settings.reserveW : power - settings.reserveW
  const inputs: DecisionInputs = { surplusW: Math.round(availableW), thresholdW, drawW: Math.round(power), needS }
  const isDone = (load.dailyNeed !== null && needS === 0) || (load.program !== null && need === null)
  // Half a minute of its need is left, which is not worth a start.
  const isAllBut = needS > 0 && plan === null && load.thresholdW === null
  if (load.program && need === null) return plain(false, 'done')
  if (!isOn) {
    memory.shortSince = null
    countEnough(memory, availableW >= thresholdW && !isAllBut, at.elapsed)
    if (memory.enoughSince === null) {
      const betterAt = plan?.hours[0]
      if (isDone || isAllBut) return plain(false, 'done', inputs)
      if (needS > 0 && betterAt !== undefined) return plain(false, 'better', { ...inputs, betterAt })
      return plain(false, 'noSurplus', inputs)
    }
    const sustainedS = (at.elapsed - memory.enoughSince) / SECOND
    if (sustainedS >= load.sustainS && memory.dipSince === null)
      return plain(true, 'surplus', { ...inputs, sustainedS })
    return plain(
      false,
      'sustaining',
      { ...inputs, sustainedS },
      { to: 'on', inS: Math.max(0, load.sustainS - sustainedS) },
    )
  }
  memory.enoughSince = null
  if (availableW >= stayW) {
    memory.shortSince = null
    return plain(true, memory.idleSince !== null && load.thermostat ? 'satisfied' : 'surplus', inputs)
  }
  memory.shortSince ??= at.elapsed
  const shortS = (at.elapsed - memory.shortSince) / SECOND
  if (shortS < settings.shedS) {
    return plain(true, 'shedding', { ...inputs, sustainedS: shortS }, { to: 'off', inS: settings.shedS - shortS })
  }
  return plain(false, isDone ? 'done' : 'noSurplus', { ...inputs, sustainedS: shortS })
}

/** Counts how long there has been enough; forgets it once a dip has lasted a minute. */
function countEnough(memory: LoadMemory, isEnough: boolean, elapsed: number): void {
  if (isEnough) {
    memory.enoughSince ??= elapsed
    memory.dipSince = null
    return
  }
  memory.dipSince ??= elapsed
  if (elapsed - memory.dipSince >= DIP) memory.enoughSince = null
}
