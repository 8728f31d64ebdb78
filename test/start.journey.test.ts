import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterEach, describe, expect, it } from 'vitest'
import { dataFolder, run, runJson, start, startWith, stopAll } from './support/hub-process.ts'

afterEach(stopAll)

/** Services that systemd waits for: their command has to say when it is ready, or it is ended and started for ever. */
describe('a service of Type=notify', () => {
  const units = readdirSync('systemd').filter((file) => file.endsWith('.service'))
  const notifying = units.flatMap((file) => {
    const unit = readFileSync(join('systemd', file), 'utf8')
    const command = /^ExecStart=\S+ (hub|central)\b/m.exec(unit)?.[1] as 'hub' | 'central' | undefined
    return /^Type=notify$/m.test(unit) && command ? [[file, command] as const] : []
  })

  it.each(notifying)('%s says that it is ready, and that it stops', async (_, command) => {
    const folder = dataFolder()
    const said = join(folder, 'said')
    writeFileSync(join(folder, 'systemd-notify'), `#!/bin/sh\necho "$@" >> '${said}'\n`, { mode: 0o755 })
    const env = { NOTIFY_SOCKET: join(folder, 'socket'), PATH: `${folder}:${process.env['PATH']}` }
    const program = await startWith(env, command, '--data', dataFolder(), '--bind', '127.0.0.1')
    const words = () => (existsSync(said) ? readFileSync(said, 'utf8') : '')
    await expect.poll(words, { timeout: 20_000 }).toContain(`--ready --status=${program.ready.url}`)
    await program.stop()
    await expect.poll(words, { timeout: 20_000 }).toContain('--stopping')
  })

  it('is every one that runs on', () =>
    expect(notifying.map(([, command]) => command).sort()).toEqual(['central', 'hub']))
})

describe('the hub', () => {
  it('says when it is ready and where, makes its first admin by a code, and stops cleanly when told to', async () => {
    const hub = await start('hub', '--data', dataFolder(), '--bind', '127.0.0.1')
    expect(hub.ready).toMatchObject({ ready: true, pid: hub.child.pid, url: `http://127.0.0.1:${hub.ready.http_port}` })
    const { url } = hub.ready
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const home = await fetch(`${url}/`, { redirect: 'manual' })
    expect(home.headers.get('location')).toBe('/avvio')
    const code = /enter this code: (\S+)/.exec(hub.errors())?.[1] ?? ''
    const make = (codice: string) =>
      fetch(`${url}/avvio`, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin: url },
        body: new URLSearchParams({ codice, nome: 'Ada', password: 'a good password', password2: 'a good password' }),
      })
    expect((await make('XXXX-XXXX')).status).toBe(422)
    const made = await make(code)
    expect([made.status, made.headers.get('location')]).toEqual([303, '/avvio/comunita'])
    const cookie = made.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect((await fetch(`${url}/impostazioni`, { headers: { cookie } })).status).toBe(200)
    expect((await make(code)).headers.get('location')).toBe('/')
    expect(await hub.stop()).toEqual({ code: 0, signal: null })
  })

  it('answers a port that is taken with a sentence', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    for (const option of ['--http-port', '--mqtt-port']) {
      const other = option === '--http-port' ? '--mqtt-port' : '--http-port'
      const { code, out, err } = await run(
        'hub',
        '--data',
        dataFolder(),
        '--bind',
        '127.0.0.1',
        option,
        String(port),
        other,
        '0',
      )
      expect({ code, out, lines: err.trim().split('\n') }).toEqual({
        code: 1,
        out: '',
        lines: [expect.stringMatching(new RegExp(`^Port ${port} for (HTTP|MQTT) is taken.* with ${option} N`))],
      })
    }
    server.close()
  })

  it('takes in within two seconds what commands change beside it: a new house, a new key, a removed house', async () => {
    const data = dataFolder()
    const hub = await start('hub', '--data', data, '--bind', '127.0.0.1')
    const letIn = (key: string) =>
      connectAsync({
        host: '127.0.0.1',
        port: hub.ready.mqtt_port,
        username: 'casa_A',
        password: key,
        reconnectPeriod: 0,
      }).then(
        async (client) => {
          await client.endAsync(true)
          return true
        },
        () => false,
      )
    const { key } = await runJson<{ key: string }>('house', 'add', 'casa_A', '--peak', '3000', '--data', data)
    await expect.poll(() => letIn(key), { timeout: 10_000 }).toBe(true)
    const { key: next } = await runJson<{ key: string }>('house', 'rotate-key', 'casa_A', '--data', data)
    await expect.poll(() => letIn(key), { timeout: 10_000 }).toBe(false)
    expect(await letIn(next)).toBe(true)
    expect((await run('house', 'remove', 'casa_A', '--data', data)).code).toBe(0)
    await expect.poll(() => letIn(next), { timeout: 10_000 }).toBe(false)
  })
})

describe('from a checkout', () => {
  it('`npm run -s solar-family` runs the program with the pinned Node, whatever Node npm runs with', () => {
    const { stdout } = spawnSync('npm', ['run', '-s', 'solar-family', '--', 'version', '--json'], { encoding: 'utf8' })
    expect(JSON.parse(stdout)).toMatchObject({ node: expect.stringMatching(/26\.10\.0/) })
  })
})
