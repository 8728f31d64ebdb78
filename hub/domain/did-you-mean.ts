/** The known word that is most likely meant, or null when none is near: at most a third of the letters differ. */
export function closestWord(word: string, known: Iterable<string>): string | null {
  let best: { word: string; distance: number } | null = null
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    const longest = Math.max(word.length, candidate.length)
    const most = longest < 3 ? 0 : Math.floor(longest / 3)
    if (distance <= most && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { word: candidate, distance }
  }
  return best?.word ?? null
}

/** " (did you mean "http.port"?)", or nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const closest = closestWord(word, known)
  return closest === null ? '' : ` (did you mean "${closest}"?)`
}

/** Letters to insert, delete, replace or swap with their neighbour. Worked value: "prot" -> "port" is 1. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      row.push(cost)
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}
