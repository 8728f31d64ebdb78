import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { communityBalance } from './balance.ts'
import { GRID } from './sharing.ts'
import { MIN_MERGED, namesFor, OTHERS, viewBalance } from './visibility.ts'

const NOW = Date.UTC(2026, 5, 21, 12)

/** `abC`: houses a and b, which agreed, and c, which did not. */
function street(letters: string) {
  return [...letters].map((letter) => ({ id: letter.toLowerCase(), shown: letter === letter.toLowerCase() }))
}

function othersOf(letters: string, house: string, silent = ''): string {
  const names = namesFor({ kind: 'resident', house }, street(letters), new Set(silent))
  return [...names]
    .filter(([, name]) => name === OTHERS)
    .map(([id]) => id)
    .sort()
    .join('')
}

describe('namesFor', () => {
  it.each<[string, string, string, string]>([
    ['everybody agreed', 'abcde', 'a', ''],
    ['nobody agreed', 'aBCDE', 'a', 'bcde'],
    ['one did not: the last two join', 'aBcdef', 'a', 'bef'],
    ['two did not: the last one joins', 'aBcDef', 'a', 'bdf'],
    ['three did not: nobody has to join', 'aBcDEf', 'a', 'bde'],
    ['the own house never joins', 'Bcdefz', 'z', 'bef'],
    ['the own house is shown to itself', 'ABCDe', 'a', 'bcd'],
    ['of two neighbours both', 'aBc', 'a', 'bc'],
    ['of one neighbour that one', 'aB', 'a', 'b'],
  ])('%s: %s seen by %s', (_, letters, house, merged) => {
    expect(othersOf(letters, house)).toBe(merged)
  })

  it.each<[string, string, string, string]>([
    ['of three merged two are silent: two that are heard join', 'aBCDefgh', 'bc', 'bcdgh'],
    ['one is silent: one joins', 'aBCDefgh', 'b', 'bcdh'],
    ['all are silent: nobody has to hide them', 'aBCDefgh', 'bcd', 'bcd'],
    ['a silent house hides nobody', 'aBCDefgh', 'bcgh', 'bcdef'],
    ['silence changes nothing where three are heard', 'aBCDEfgh', 'b', 'bcde'],
  ])('%s', (_, letters, silent, merged) => {
    expect(othersOf(letters, 'a', silent)).toBe(merged)
  })

  it('lets who may see all see all', () => {
    expect([...namesFor({ kind: 'all' }, street('aBCD')).values()]).toEqual(['a', 'b', 'c', 'd'])
  })
})

const streets = fc
  .uniqueArray(
    fc.record({
      id: fc.stringMatching(/^[a-z]{1,3}$/),
      shown: fc.boolean(),
      heard: fc.boolean(),
      production: fc.nat(6000),
      consumption: fc.nat(6000),
    }),
    { selector: (h) => h.id, minLength: 1, maxLength: 14 },
  )
  .map((houses) => houses.filter((h) => h.id !== OTHERS && h.id !== GRID))
  .filter((houses) => houses.length > 0)

describe('viewBalance', () => {
  it('never changes a total, hides nobody among fewer than three, and conserves', () => {
    fc.assert(
      fc.property(streets, fc.nat(), (houses, pick) => {
        const own = houses[pick % houses.length]?.id ?? ''
        const balance = communityBalance(
          new Map(
            houses.map((h) => {
              const at = NOW - (h.heard ? 0 : 600_000)
              return [
                h.id,
                { production: { w: h.production, at, series: 'bilancio' }, consumption: { w: h.consumption, at } },
              ]
            }),
          ),
          NOW,
        )
        const names = namesFor({ kind: 'resident', house: own }, houses, new Set(balance.withoutData))
        const seen = viewBalance(balance, names)

        const merged = houses.filter((h) => names.get(h.id) === OTHERS)
        const heard = merged.filter((h) => h.heard)
        const neighbours = houses.filter((h) => h.id !== own)
        expect(names.get(own)).toBe(own)
        expect(merged.length === 0 || merged.length >= Math.min(MIN_MERGED, neighbours.length)).toBe(true)
        expect(
          heard.length === 0 || heard.length >= Math.min(MIN_MERGED, neighbours.filter((h) => h.heard).length),
        ).toBe(true)
        for (const h of neighbours) if (!h.shown) expect(names.get(h.id)).toBe(OTHERS)

        const { houses: _, flows: __, withoutData: ___, ...totals } = balance
        expect(seen).toMatchObject(totals)
        for (const field of ['productionW', 'consumptionW', 'balanceW'] as const) {
          expect(seen.houses.reduce((sum, h) => sum + h[field], 0)).toBe(
            balance.houses.reduce((sum, h) => sum + h[field], 0),
          )
        }
        for (const { id, balanceW } of seen.houses) {
          const out = seen.flows.filter((f) => f.from === id).reduce((sum, f) => sum + f.amount, 0)
          const into = seen.flows.filter((f) => f.to === id).reduce((sum, f) => sum + f.amount, 0)
          expect([id, out - into]).toEqual([id, balanceW])
        }
        expect(new Set(seen.flows.map((f) => `${f.from} ${f.to}`)).size).toBe(seen.flows.length)
        const shown = new Set([...names.values(), GRID])
        for (const id of [
          ...seen.houses.map((h) => h.id),
          ...seen.flows.flatMap((f) => [f.from, f.to]),
          ...seen.withoutData,
        ])
          expect(shown).toContain(id)
        expect(namesFor({ kind: 'resident', house: own }, houses.toReversed(), new Set(balance.withoutData))).toEqual(
          names,
        )
      }),
    )
  })

  it('shows the merged last and a house nobody named among them', () => {
    const latest = { production: { w: 10, at: NOW, series: 'bilancio' as const }, consumption: { w: 4, at: NOW } }
    const balance = communityBalance(new Map(['a', 'b', 'z'].map((id) => [id, latest])), NOW)
    const seen = viewBalance(
      balance,
      new Map([
        ['z', 'z'],
        ['a', OTHERS],
      ]),
    )
    expect(seen.houses).toEqual([
      { id: 'z', productionW: 10, consumptionW: 4, balanceW: 6 },
      { id: OTHERS, productionW: 20, consumptionW: 8, balanceW: 12 },
    ])
  })
})
