import { describe, expect, it } from 'vitest'
import { GRID, ROOFS, streetDays, TURIN } from '../../test/support/clear-street.ts'
import type { HouseDay } from './community-day.ts'
import { NeighbourhoodHealth } from './neighbourhood-health.ts'

const WRONG = 45
const late = (day: HouseDay) => ({ ...day, produced: day.produced.map((_, h) => day.produced[h - 1] ?? 0) })

describe('a clock that is an hour late from the first day, and is put right', () => {
  const days = streetDays(WRONG + 40, (day, age, id) => (id === 'casa_A' && age < WRONG ? late(day) : day))
  const health = new NeighbourhoodHealth(
    {
      grid: GRID,
      site: TURIN,
      houses: ROOFS.map((r) => ({ ...r, battery: false })),
      threshold: 0.85,
      minHouses: 3,
    },
    new Map(),
    [],
  )
  const clocks = days.map((day) => {
    health.judge(day)
    const record = health.records.get('casa_A')
    return {
      wrong: record?.sensors.faults.find((f) => f.kind === 'clock' && f.confirmed)?.minutes ?? 0,
      finding: record?.health.finding?.sign ?? null,
    }
  })

  it('is named within three weeks, by an hour', () =>
    expect(clocks.slice(21, WRONG).every((c) => c.wrong === 60)).toBe(true))

  it('is right again within two weeks, and is never called early for what was learned in the wrong time', () => {
    const after = clocks.slice(WRONG + 14)
    expect(after.map((c) => c.wrong)).toEqual(after.map(() => 0))
    expect(clocks.every((c) => c.wrong >= 0)).toBe(true)
  })

  it('leaves no finding behind: the plant is learned anew', () =>
    expect(clocks.slice(WRONG + 14).every((c) => c.finding === null)).toBe(true))

  it('says nothing of the neighbours', () =>
    expect([...health.records].flatMap(([id, r]) => (id === 'casa_A' ? [] : r.sensors.faults))).toEqual([]))
})
