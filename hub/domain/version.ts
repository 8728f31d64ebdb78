const VERSION = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:-([0-9A-Za-z.-]{1,40}))?$/

/** Whether a text is a version of this program: three numbers, and perhaps a name of what comes before it (1.2.0-rc.1). */
export function isVersion(text: string): boolean {
  return VERSION.test(text)
}

/**
 * Below 0 where `a` is older than `b`, above 0 where it is newer (Semantic Versioning 2.0.0, section 11):
 * 0.9.0 < 0.10.0-rc.1 < 0.10.0. What is no version is older than everything.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [VERSION.exec(a), VERSION.exec(b)]
  if (!left || !right) return Number(left !== null) - Number(right !== null)
  for (const i of [1, 2, 3]) {
    const difference = Number(left[i]) - Number(right[i])
    if (difference !== 0) return difference
  }
  return compareNames(left[4], right[4])
}

function compareNames(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  const [left, right] = [a.split('.'), b.split('.')]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [l, r] = [left[i], right[i]]
    if (l === undefined || r === undefined) return l === undefined ? -1 : 1
    const numbers = [/^\d+$/.test(l), /^\d+$/.test(r)]
    if (numbers[0] && numbers[1] && Number(l) !== Number(r)) return Number(l) - Number(r)
    if (numbers[0] !== numbers[1]) return numbers[0] ? -1 : 1
    if (l !== r) return l < r ? -1 : 1
  }
  return 0
}
