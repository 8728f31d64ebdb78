import { bombTrial } from './bomb.ts'
import { clockTrial } from './clock.ts'
import { corruptTrial } from './corrupt.ts'
import { diskFullTrial } from './disk-full.ts'
import { ioErrorsTrial } from './io-errors.ts'
import { killTrial } from './kill.ts'
import { powerCutTrial } from './power-cut.ts'
import type { Row } from './row.ts'

export interface Settings {
  readonly short: boolean
  readonly kills: number
  readonly cuts: number
}

/** What is tried, by name. */
export const TRIALS: Readonly<Record<string, (settings: Settings) => Promise<Row[]>>> = {
  kill: ({ kills }) => killTrial(kills),
  power: ({ cuts }) => powerCutTrial(cuts),
  disk: diskFullTrial,
  io: ioErrorsTrial,
  corrupt: ({ short }) => corruptTrial(short),
  clock: clockTrial,
  bomb: bombTrial,
}
