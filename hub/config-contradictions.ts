interface Value {
  readonly key: string
  readonly value: unknown
  readonly origin: string
}

/** What does not go together, though each key is right by itself; a sentence each. */
export function contradictions(values: readonly Value[]): string[] {
  const all = new Map(values.map((one) => [one.key, one]))
  const isSet = (key: string) => ![null, false, undefined].includes(all.get(key)?.value as null)
  const problems: string[] = []
  if (isSet('tls.cert') !== isSet('tls.key')) {
    const [has, lacks] = isSet('tls.cert') ? ['tls.cert', 'tls.key'] : ['tls.key', 'tls.cert']
    problems.push(`"${has}" is set and "${lacks}" is not: a certificate and its key go together, each in a PEM file.`)
  }
  if (isSet('tls.auto') && isSet('tls.cert'))
    problems.push(
      '"tls.auto" and "tls.cert" are both set: let the hub make its certificate, or name the files of yours.',
    )
  if (isSet('mqtt.password') && isSet('mqtt.password_file'))
    problems.push('"mqtt.password" and "mqtt.password_file" are both set: keep one of them, the file by preference.')
  if (isSet('mqtt.url')) {
    if (isSet('mqtt.conformance'))
      problems.push('"mqtt.conformance" is of the hub\'s own broker, and "mqtt.url" puts another in its place.')
  } else {
    const needless = ['mqtt.username', 'mqtt.password', 'mqtt.password_file', 'mqtt.ca'].find(isSet)
    if (needless)
      problems.push(`"${needless}" is set and "mqtt.url" is not: it is for a broker that is not the hub's own.`)
  }
  const clash = samePorts(all, isSet)
  return clash ? [...problems, clash] : problems
}

function samePorts(all: ReadonlyMap<string, Value>, isSet: (key: string) => boolean): string | null {
  const tls = isSet('tls.cert') || isSet('tls.auto')
  const names = [
    'http.port',
    ...(isSet('mqtt.url') ? [] : ['mqtt.port']),
    ...(tls && !isSet('mqtt.url') ? ['mqtts.port'] : []),
    ...(tls ? ['https.port'] : []),
  ]
  const ports = [...all.values()].filter(({ key, value }) => names.includes(key) && value !== 0 && value !== null)
  for (const [i, one] of ports.entries()) {
    const other = ports.slice(0, i).find(({ value }) => value === one.value)
    if (other)
      return `"${other.key}" and "${one.key}" are both ${String(one.value)} (${other.origin}, ${one.origin}): each needs a port of its own.`
  }
  return null
}
