import { describe, expect, test } from 'vitest'
import type { AlertFact, NoticeBook, NoticeWish } from './notice.ts'
import { EMPTY_BOOK, isQuiet, noticeDue, retryIn } from './notice.ts'
import { HOUR, MINUTE } from './time.ts'

const ZONE = 'Europe/Rome'
/** Noon in Rome. */
const NOON = Date.parse('2026-06-21T10:00:00Z')
const WISH: NoticeWish = { houses: null, quiet: null, recovery: true, since: 0 }
const NIGHT = { fromMin: 22 * 60, toMin: 7 * 60 }

function alert(id: number, openedAt: number, closedAt: number | null = null, more: Partial<AlertFact> = {}): AlertFact {
  return { id, house: 'casa_A', code: 'fermo', openedAt, closedAt, ...more }
}

/** What is said in one look after the other, each a minute of the story and the alerts as they then are. */
function story(
  wish: NoticeWish,
  looks: readonly (readonly [minutes: number, alerts: readonly AlertFact[]])[],
  from = NOON,
) {
  let book: NoticeBook = EMPTY_BOOK
  return looks.map(([minutes, alerts]) => {
    // A book must outlive being written down.
    const next = noticeDue(alerts, {
      book: JSON.parse(JSON.stringify(book)),
      wish,
      now: from + minutes * MINUTE,
      zone: ZONE,
    })
    book = next.book
    return next.notice && `${next.notice.kind}: ${next.notice.lines.map((l) => `${l.what} ${l.house}`).join(', ')}`
  })
}

describe('what somebody is told', () => {
  test('an alert once when it opens, and once when it is over', () => {
    const open = [alert(1, NOON)]
    const over = [alert(1, NOON, NOON + 9 * MINUTE)]
    expect(
      story(WISH, [
        [0, open],
        [1, open],
        [2, open],
        [9, over],
        [10, over],
      ]),
    ).toEqual([null, 'news: opened casa_A', null, 'news: closed casa_A', null])
  })
  test('nothing of its end where that is not wanted, or where it ended before it was worth telling', () => {
    expect(
      story({ ...WISH, recovery: false }, [
        [2, [alert(1, NOON)]],
        [9, [alert(1, NOON, NOON + 9 * MINUTE)]],
      ]),
    ).toEqual(['news: opened casa_A', null])
    expect(
      story(WISH, [
        [0.5, [alert(1, NOON)]],
        [2, [alert(1, NOON, NOON + 40_000)]],
      ]),
    ).toEqual([null, null])
  })
  test('an alert that comes and goes is told again after six hours, if it is open then', () => {
    const first = alert(1, NOON, NOON + 10 * MINUTE)
    const second = alert(2, NOON + 20 * MINUTE)
    expect(
      story(WISH, [
        [5, [alert(1, NOON)]],
        [11, [first]],
        [25, [first, second]],
        [364, [first, second]],
        [366, [first, second]],
        [400, [first, alert(2, NOON + 20 * MINUTE, NOON + 399 * MINUTE)]],
      ]),
    ).toEqual(['news: opened casa_A', 'news: closed casa_A', null, null, 'news: opened casa_A', 'news: closed casa_A'])
  })
  test('another code, or another house, is news of its own; many at once are one message', () => {
    const many = [alert(1, NOON), alert(2, NOON, null, { house: 'casa_B' }), alert(3, NOON, null, { code: 'ombra' })]
    expect(story(WISH, [[2, many]])).toEqual(['news: opened casa_A, opened casa_B, opened casa_A'])
  })
  test('only of the houses that are theirs, and only what began after they asked', () => {
    const both = [alert(1, NOON), alert(2, NOON, null, { house: 'casa_B' })]
    expect(story({ ...WISH, houses: ['casa_B'] }, [[2, both]])).toEqual(['news: opened casa_B'])
    expect(story({ ...WISH, houses: [] }, [[2, both]])).toEqual([null])
    expect(story({ ...WISH, since: NOON + 1 }, [[2, both]])).toEqual([null])
  })
  test('quiet hours keep everything for one message at their end: what opened, what is over, what came and went', () => {
    const night = Date.parse('2026-06-21T21:00:00Z')
    const at = (minutes: number) => night + minutes * MINUTE
    const before = alert(1, at(-120))
    const over = alert(1, at(-120), at(30))
    const passed = alert(2, at(60), at(90), { house: 'casa_B' })
    const stays = alert(3, at(100), null, { house: 'casa_C' })
    expect(
      story(
        { ...WISH, quiet: NIGHT },
        [
          [-90, [before]],
          [31, [over]],
          [62, [over, alert(2, at(60), null, { house: 'casa_B' })]],
          [110, [over, passed, stays]],
          [479, [over, passed, stays]],
          [480, [over, passed, stays]],
          [481, [over, passed, stays]],
        ],
        night,
      ),
    ).toEqual([
      'news: opened casa_A',
      null,
      null,
      null,
      null,
      'digest: closed casa_A, passed casa_B, opened casa_C',
      null,
    ])
  })
  test('a quiet night in which nothing happened says nothing', () => {
    const night = Date.parse('2026-06-21T21:00:00Z')
    expect(
      story(
        { ...WISH, quiet: NIGHT },
        [
          [0, []],
          [600, []],
        ],
        night,
      ),
    ).toEqual([null, null])
  })
  test('the book forgets alerts that are no longer looked at', () => {
    const first = noticeDue([alert(1, NOON)], { book: EMPTY_BOOK, wish: WISH, now: NOON + 2 * MINUTE, zone: ZONE })
    const later = noticeDue([], { book: first.book, wish: WISH, now: NOON + 7 * HOUR, zone: ZONE })
    expect(later.book).toEqual(EMPTY_BOOK)
  })
})

test.each([
  [null, '03:00', false],
  [NIGHT, '21:59', false],
  [NIGHT, '22:00', true],
  [NIGHT, '06:59', true],
  [NIGHT, '07:00', false],
  [{ fromMin: 13 * 60, toMin: 15 * 60 }, '14:00', true],
  [{ fromMin: 13 * 60, toMin: 15 * 60 }, '15:00', false],
  [{ fromMin: 60, toMin: 60 }, '01:00', false],
])('quiet %o at %s: %s', (quiet, time, expected) => {
  const at = Temporal.PlainDateTime.from(`2026-01-15T${time}`).toZonedDateTime(ZONE).epochMilliseconds
  expect(isQuiet(quiet, at, ZONE)).toBe(expected)
})

test('waits ever longer between attempts, an hour at most', () => {
  expect([1, 2, 3, 6, 7, 30].map((n) => retryIn(n, false) / MINUTE)).toEqual([1, 2, 4, 32, 60, 60])
  expect(retryIn(1, true)).toBe(HOUR)
})
