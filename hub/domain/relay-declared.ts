import type { Load } from './load.ts'
import type { LoadDeclaration } from './relay.ts'

/** A property in which a load's settings and its node differ; `blocks` = it is not switched for it. */
export interface Difference {
  readonly what: 'undeclared' | 'rest' | 'minOn' | 'minOff' | 'maxOn'
  /** s, or for `rest` 1 = on. */
  readonly here: number
  readonly there: number
  readonly blocks: boolean
}

/** Where the settings and what the node declares over the wire differ; [] when they agree. */
export function declaredDifferences(load: Load, declared: LoadDeclaration | null): readonly Difference[] {
  if (!declared) return [{ what: 'undeclared', here: 0, there: 0, blocks: true }]
  const pairs = [
    ['rest', Number(load.rest === 'on'), Number(declared.restOn)],
    ['minOn', load.minOnS, declared.minOnS],
    ['minOff', load.minOffS, declared.minOffS],
    ['maxOn', load.maxOnS, declared.maxOnS],
  ] as const
  return pairs.flatMap(([what, here, there]) =>
    here === there ? [] : [{ what, here, there, blocks: what === 'rest' }],
  )
}

/** Whether the hub may switch it: its node declares it, and with the same rest state. */
export function isSwitchable(load: Load, declared: LoadDeclaration | null): boolean {
  return declaredDifferences(load, declared).every((d) => !d.blocks)
}

/** The load as the hub has to treat it: of its own limits and the node's, the tighter one each. */
export function effectiveLoad(load: Load, declared: LoadDeclaration): Load {
  return {
    ...load,
    minOnS: Math.max(load.minOnS, declared.minOnS),
    minOffS: Math.max(load.minOffS, declared.minOffS),
    maxOnS: Math.min(load.maxOnS, declared.maxOnS),
  }
}

/** The differences as sentences, for the command line. */
export function differences(load: Load, declared: LoadDeclaration | null): readonly string[] {
  const names = { minOn: 'minimum on', minOff: 'minimum off', maxOn: 'maximum on' }
  return declaredDifferences(load, declared).map(({ what, here, there }) => {
    if (what === 'undeclared') return 'its node does not declare it: it is never switched'
    if (what === 'rest')
      return `at rest it is ${here ? 'on' : 'off'} here and ${there ? 'on' : 'off'} at the node: it is never switched`
    return `${names[what]} is ${here} s here and ${there} s at the node`
  })
}
