import { renameSync, rmSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { threadData } from '../bundled.ts'
import { makeBackup } from './backup.ts'
import type { Chore, ChoreReply, Chores } from './chore-protocol.ts'
import { copyDatabase, syncFile } from './copy.ts'
import { damageOf } from './damage.ts'
import { diagnose } from './diagnose.ts'
import { eraseMeasured } from './erase.ts'
import { makeFresh } from './mend.ts'
import { recoverReadings } from './recover.ts'
import { updateSlotsCopy } from './slots-copy.ts'
import { soiling } from './soiling.ts'

/** Does one chore and ends. Started by chore.ts. */
const port = parentPort
if (!port) throw new Error('chore-worker.ts is started by chore.ts, not by itself')

/** Half of the time is left to those who need the disk at once. */
const DUTY = 0.5

void answer().then((reply) => port.postMessage(reply))

async function answer(): Promise<ChoreReply> {
  try {
    return { value: await carryOut(threadData() as Chore) }
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string }
    return { error: { code: code ?? 'INTERNAL', message: message ?? String(error) } }
  }
}

function carryOut(chore: Chore): Promise<unknown> | unknown {
  switch (chore.name) {
    case 'copy':
      return copyInPlace(chore.request as Chores['copy']['request'])
    case 'slots':
      return updateSlotsCopy({ duty: DUTY, ...(chore.request as Chores['slots']['request']) })
    case 'nightly':
      return nightly(chore.request as Chores['nightly']['request'])
    case 'fresh':
      return makeFresh((chore.request as Chores['fresh']['request']).file).then(() => null)
    case 'recover':
      return recoverReadings(chore.request as Chores['recover']['request'])
    case 'erase': {
      const { dataDir, house } = chore.request as Chores['erase']['request']
      return eraseMeasured(dataDir, house)
    }
    case 'diagnose':
      return diagnose(chore.request as Chores['diagnose']['request'])
    case 'soiling':
      return soiling(chore.request as Chores['soiling']['request'])
    case 'check':
      return damageOf((chore.request as Chores['check']['request']).file, true)
  }
}

/** Under its name there is only ever a whole, checked copy. */
async function copyInPlace({ from, to }: Chores['copy']['request']) {
  const partial = `${to}.partial`
  rmSync(partial, { force: true })
  const facts = await copyDatabase({ from, to: partial, withRaw: true, duty: DUTY })
  renameSync(partial, to)
  syncFile(to)
  return facts
}

async function nightly({ slots, readings, ...request }: Chores['nightly']['request']) {
  const { facts } = await updateSlotsCopy({ from: readings, to: slots, since: null, duty: DUTY })
  const ready = facts && !request.withRaw ? { readings: { file: slots, facts } } : {}
  return makeBackup({ ...request, ...ready, duty: DUTY })
}
