/**
 * MQTT filter matching: `+` is one level, `#` the rest; neither reaches into topics that begin with `$` [MQTT-4.7.2-1].
 * Worked value: `a/#` matches `a/b/c` and `a`.
 */
export function filterMatches(filter: string, topic: string): boolean {
  if (filter === topic) return true
  if (!filter.includes('#') && !filter.includes('+')) return false
  if (topic.startsWith('$') && !filter.startsWith('$')) return false
  const wanted = filter.split('/')
  const levels = topic.split('/')
  for (const [i, level] of wanted.entries()) {
    if (level === '#') return true
    if (levels[i] === undefined || (level !== '+' && level !== levels[i])) return false
  }
  return wanted.length === levels.length
}
