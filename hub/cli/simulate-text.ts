import type { SimulatedChange } from '../domain/simulation.ts'

/** Why a relay is as it is, in one sentence with its figures. */
export function sentenceOf({ decision, relayOn }: SimulatedChange): string {
  const { rule, inputs, countdown } = decision
  const w = (value: number | undefined) => `${Math.round(value ?? 0)} W`
  const sun = (value: number | undefined) =>
    (value ?? 0) < 0 ? `${w(-(value ?? 0))} too little` : `${w(value)} of surplus`
  const minutes = (s: number | undefined) => `${Math.round((s ?? 0) / 60)} min`
  const clock = (minute: number | undefined) =>
    `${String(Math.floor((minute ?? 0) / 60)).padStart(2, '0')}:${String((minute ?? 0) % 60).padStart(2, '0')}`
  const then = countdown ? `, ${countdown.to} in ${minutes(countdown.inS)}` : ''
  const says: Readonly<Record<typeof rule, () => string>> = {
    unknown: () => 'nothing heard of it yet',
    hardware: () => `held by the node's own limit${then}`,
    wallSwitch: () => `switched ${relayOn ? 'on' : 'off'} at the wall${then}`,
    service: () => 'held by a technician',
    fuse: () => `the connection carries ${w(inputs.limitW)}, no more`,
    legionella: () => `the water must be hot: ${inputs.hoursSinceHot ?? 0} h since it was`,
    override: () => `a resident wants it ${decision.on ? 'on' : 'off'}${then}`,
    program: () => `its program runs to the end${then}`,
    minOn: () => `on for ${minutes(inputs.onForS)}, too short to stop${then}`,
    minOff: () => `off for ${minutes(inputs.offForS)}, too short to start${then}`,
    powerCut: () => `the power is back, loads return one by one${then}`,
    dependency: () => (decision.on ? `${inputs.other ?? ''} needs it` : `waits for ${inputs.other ?? ''}`),
    window: () => 'outside its hours',
    dailyMax: () => `it has had its ${minutes(inputs.runS)} of today`,
    startsSpent: () => `started ${inputs.starts ?? 0} times today, no oftener`,
    clock: () => 'the clock may be wrong',
    heldOffLongest: () => `kept off for ${minutes(inputs.offForS ?? inputs.onForS)}, back to its thermostat`,
    mustStart: () => `${minutes(inputs.needS)} are still needed by ${clock(inputs.byMin)}`,
    stale: () => 'no fresh measurement',
    satisfied: () => 'its thermostat wants no more',
    surplus: () => `${sun(inputs.surplusW)}, ${w(inputs.thresholdW)} will do`,
    neighbour: () => `${w(inputs.surplusW)} of the neighbours' surplus`,
    sustaining: () => `${sun(inputs.surplusW)}${then}`,
    settling: () => `another load was just started${then}`,
    shedding: () => `now ${sun(inputs.surplusW)}${then}`,
    better: () => `${sun(inputs.surplusW)}, ${w(inputs.thresholdW)} and more are expected later`,
    noSurplus: () => `${sun(inputs.surplusW)}, ${w(inputs.thresholdW)} are needed`,
    done: () => 'it has had what it needs today',
    idle: () => 'at rest',
  }
  return says[rule]()
}
