import { startThread } from '../bundled.ts'
import type { ChoreName, ChoreReply, Chores } from './chore-protocol.ts'
import { StoreError } from './thread.ts'

const HEAP_MB = 256

/** Runs one chore in a new thread; ends it where `signal` does. Rejects with a StoreError. */
export function runChore<N extends ChoreName>(
  name: N,
  request: Chores[N]['request'],
  signal?: AbortSignal,
): Promise<Chores[N]['outcome']> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new StoreError('CLOSED', 'the hub is stopping'))
    const worker = startThread('chore-worker', { name, request }, { heapMb: HEAP_MB })
    const abort = () => void worker.terminate()
    signal?.addEventListener('abort', abort, { once: true })
    worker.on('message', (reply: ChoreReply) => {
      if ('error' in reply) reject(new StoreError(reply.error.code, reply.error.message))
      else resolve(reply.value as Chores[N]['outcome'])
    })
    worker.on('error', (error) => reject(new StoreError('THREAD', String(error))))
    worker.on('exit', () => {
      signal?.removeEventListener('abort', abort)
      reject(new StoreError(signal?.aborted ? 'CLOSED' : 'THREAD', `the thread for ${name} has ended`))
    })
  })
}
