import { expect, it } from 'vitest'
import { SingleRun } from './single-run.ts'

function gated() {
  const gates: { open: () => void; fail: (error: Error) => void }[] = []
  const runs = new SingleRun(
    () => new Promise((resolve, reject) => gates.push({ open: () => resolve(), fail: reject })),
  )
  return { runs, gates }
}

it('has one run at a time: a call meanwhile waits for it, and one after it begins another', async () => {
  const { runs, gates } = gated()
  const both = Promise.all([runs.run(), runs.run()])
  expect(gates).toHaveLength(1)
  expect(runs.isRunning).toBe(true)
  gates[0]?.open()
  await both
  expect(runs.isRunning).toBe(false)
  void runs.run()
  expect(gates).toHaveLength(2)
})

it('tells who waits that a run failed, and runs again', async () => {
  const { runs, gates } = gated()
  const both = [runs.run(), runs.run()]
  gates[0]?.fail(new Error('no disk'))
  for (const each of both) await expect(each).rejects.toThrow('no disk')
  void runs.run()
  expect(gates).toHaveLength(2)
})

it('stops when the run that goes on has ended, and begins none after', async () => {
  const { runs, gates } = gated()
  void runs.run()
  let stopped = false
  const stop = runs.stop().then(() => {
    stopped = true
  })
  await Promise.resolve()
  expect([runs.isStopped, stopped]).toEqual([true, false])
  gates[0]?.open()
  await stop
  await runs.run()
  expect(gates).toHaveLength(1)
})
