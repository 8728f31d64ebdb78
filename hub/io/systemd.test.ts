import { expect, it } from 'vitest'
import { systemdSupervisor } from './systemd.ts'

function supervised(env: Record<string, string>) {
  const said: string[] = []
  const clock = { at: 0 }
  const supervisor = systemdSupervisor(
    env,
    () => clock.at,
    (args) => said.push(args.join(' ')),
  )
  return { said, clock, supervisor }
}

it('is silent where systemd did not start the hub', () => {
  const { said, supervisor } = supervised({})
  supervisor.ready('well')
  supervisor.alive()
  supervisor.stopping()
  expect(said).toEqual([])
})

it('says ready, keeps the watchdog fed at half its patience, and says when it stops', () => {
  const { said, clock, supervisor } = supervised({ NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '60000000' })
  supervisor.ready('http://hub:8080')
  for (; clock.at <= 60_000; clock.at += 10_000) supervisor.alive()
  supervisor.stopping()
  expect(said).toEqual(['--ready --status=http://hub:8080', 'WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1', '--stopping'])
})

it('feeds no watchdog that was not asked for', () => {
  const { said, supervisor } = supervised({ NOTIFY_SOCKET: '/run/x' })
  supervisor.alive()
  expect(said).toEqual([])
})
