import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Progress } from './cli/progress.ts'
import type { HubConfig } from './config.ts'
import { LiveNode } from './demo/live-node.ts'
import type { Scene } from './demo/scene.ts'
import { HISTORY } from './demo/scene.ts'
import { simulatedScene } from './demo/simulated-scene.ts'
import { firstLoad } from './domain/control-state.ts'
import type { CycleState } from './domain/cycle.ts'
import { FIRST_STATE } from './domain/cycle.ts'
import { loadKey } from './domain/load.ts'
import { DAY, HOUR, SECOND } from './domain/time.ts'
import { startClock, systemClock } from './io/clock.ts'
import { LogTail, makeLog } from './io/log.ts'
import { hashPassword } from './io/password.ts'
import { makeNodeKey, makePassword } from './io/random-key.ts'
import { portsOf, sayReady, startOrSay, untilStopped, urlOf } from './run-hub.ts'
import type { RunningHub } from './running-hub.ts'
import { startHub } from './start-hub.ts'
import { saveTick } from './store/cycle.ts'
import { addHouses } from './store/houses.ts'
import { hashKey } from './store/key-hash.ts'
import { saveLoad, setArmed } from './store/loads.ts'
import { addUser } from './store/people.ts'
import { writeSettings } from './store/settings.ts'
import { openControl } from './store/store.ts'

export interface DemoOptions {
  readonly json: boolean
  readonly houses: number
  readonly speed: number
  readonly now: boolean
  readonly replay: string | null
  readonly map: string | null
  readonly step: string | null
}

/** A street whose 17 June is a fine day. */
const SEED = 2
const NODE_PERIOD_MS = 10_000
const FASTEST_NODE_MS = 250
const RELAY_PERIOD_MS = 1_000

/** The command `demo`: a hub with a neighbourhood whose nodes connect over real MQTT, in a throw-away folder. */
export async function runDemoCommand(config: HubConfig, options: DemoOptions): Promise<number> {
  const stopped = untilStopped()
  const scene = await sceneOf(options)
  if (!scene) return 1
  const dataDir = makeDataDir()
  try {
    return await play(
      {
        ...config,
        dataDir,
        bind: '127.0.0.1',
        tick: { intervalS: tickSeconds(options.speed) },
        backup: { ...config.backup, enabled: false },
        // Its nodes are on this machine, and their keys are in no broker.
        mqtt: { ...config.mqtt, external: null },
      },
      scene,
      options,
      stopped,
    )
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function play(
  config: HubConfig,
  scene: Scene,
  { json, speed, now }: DemoOptions,
  stopped: Promise<void>,
): Promise<number> {
  const tail = new LogTail()
  const log = makeLog(json ? config.log.level : 'warn', tail)
  const password = makePassword()
  const keys = new Map(scene.houses.map(({ house }) => [house.id, makeNodeKey()]))
  const people = await furnish(config.dataDir, scene, keys, password)
  let running = now ? systemClock : null
  const clock = { now: () => running?.now() ?? scene.start, elapsed: () => running?.elapsed() ?? 0 }
  const hub = await startOrSay(() => startHub(config, { clock, log, tail, demo: true }))
  if (!hub) return 1
  const begun = performance.now()
  let readings = 0
  const progress = new Progress(process.stderr)
  await scene.history((house, payload) => {
    readings += 1
    progress.show(1 - (scene.start / SECOND - payload.ts) / (HISTORY / SECOND), readings)
    return hub.ingest.reading(house, 'bilancio', payload, 'replay')
  })
  progress.end()
  const seconds = (performance.now() - begun) / 1000
  void hub.diagnose()
  running ??= startClock(scene.start, speed)
  const nodes = scene.houses.map(
    ({ house, sendsCounters, loads = [], washes = false, powerAt, baseAt = powerAt }) =>
      new LiveNode({
        house: house.id,
        key: keys.get(house.id) ?? '',
        port: hub.mqttPort,
        root: config.mqtt.root,
        now: clock.now,
        periodMs: Math.max(FASTEST_NODE_MS, NODE_PERIOD_MS / speed),
        sendsCounters,
        powerAt: baseAt,
        loads: loads.map(({ node }) => node),
        washes,
        random: Math.random,
        relayPeriodMs: Math.max(FASTEST_NODE_MS, RELAY_PERIOD_MS / speed),
      }),
  )
  for (const node of nodes) node.start()
  await untilHeard(hub, nodes.length)
  await hub.tick()
  // The past has just been played: it is learned from once two looks find it the same.
  void hub.forecast.look().then(() => hub.forecast.look())
  const url = urlOf(config.bind, hub.httpPort)
  if (json) sayReady({ url, ...portsOf(hub), user: ADMIN, password })
  else welcome(url, hub.mqttPort, people, password, `${readings} past readings in ${seconds.toFixed(1)} s`)
  await stopped
  await Promise.all(nodes.map((node) => node.stop()))
  await hub.stop()
  return 0
}

const HEARD_WITHIN_MS = 3_000

/** The pages are to show everybody: waits for the first word of the nodes, but not for one that stays silent. */
async function untilHeard(hub: RunningHub, nodes: number): Promise<void> {
  for (const until = performance.now() + HEARD_WITHIN_MS; hub.housesHeard() < nodes && performance.now() < until; ) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const ADMIN = 'admin'

/** Houses, people and settings of the demo; the names one can sign in with. */
async function furnish(
  dataDir: string,
  scene: Scene,
  keys: ReadonlyMap<string, string>,
  password: string,
): Promise<[name: string, may: string][]> {
  const control = await openControl(dataDir)
  const at = scene.start
  await addHouses(
    control,
    scene.houses.map(({ house }) => ({ ...house, keyHash: hashKey(keys.get(house.id) ?? '') })),
    at,
  )
  await writeSettings(control, scene.settings, at)
  for (const { house, loads = [] } of scene.houses) {
    for (const { load } of loads) await saveLoad(control, load, at)
    if (loads.length > 0) await setArmed(control, house.id, at)
  }
  await saveTick(control, { now: at, elapsed: LIVED }, waterWasHot(scene, LIVED), [])
  const passwordHash = await hashPassword(password)
  const { resident } = scene
  await addUser(control, { name: ADMIN, role: 'admin', house: null, passwordHash, createdAt: at })
  await addUser(control, { name: 'tecnico', role: 'technician', house: null, passwordHash, createdAt: at })
  if (resident)
    await addUser(control, { name: 'residente', role: 'resident', house: resident, passwordHash, createdAt: at })
  await control.destroy()
  return [
    [ADMIN, 'sees everything and sets it'],
    ['tecnico', 'sees every house and node'],
    ...(resident ? ([['residente', `lives in ${resident}`]] satisfies [string, string][]) : []),
  ]
}

/** The street has lived for so long when the demo begins, ms. */
const LIVED = 30 * DAY

/** Last night every water heater was hot through: the demo does not begin with all of them being heated for that. */
function waterWasHot(scene: Scene, elapsed: number): CycleState {
  const loads = scene.houses.flatMap((house) => house.loads ?? []).filter(({ load }) => load.legionella)
  const legionella = { hotAt: elapsed - 14 * HOUR, hotForS: 0, verified: true }
  const known = loads.map(({ load }) => [loadKey(load), { ...firstLoad(elapsed), legionella }] as const)
  const control = { ...FIRST_STATE.loads.control, loads: Object.fromEntries(known) }
  return { ...FIRST_STATE, loads: { ...FIRST_STATE.loads, control } }
}

function welcome(
  url: string,
  mqttPort: number,
  people: readonly [string, string][],
  password: string,
  history: string,
): void {
  const names = people.map(([name, may]) => `  ${name.padEnd(10)} ${may}`).join('\n')
  process.stdout.write(`
Solar Family, the demo neighbourhood (${history})

  ${url}

Sign in with the password  ${password}  as
${names}

Its nodes publish over MQTT on port ${mqttPort}. Nothing is kept: Ctrl-C ends it.
`)
}

async function sceneOf({ replay, map, step, houses, now }: DemoOptions): Promise<Scene | null> {
  if (replay === null) return simulatedScene({ houses, seed: SEED, now: now ? Date.now() : null })
  const { replayedScene } = await import('./demo/replayed-scene.ts')
  return replayedScene({ file: replay, map: map ?? '', step })
}

/** Fast clocks tick more often on the wall, down to a second. */
function tickSeconds(speed: number): number {
  return [10, 6, 5, 3, 2, 1].find((s) => s * speed <= 10) ?? 1
}

const PREFIX = 'solar-family-demo-'

/** A folder of this process's own; those of demos that were killed are cleared away. */
function makeDataDir(): string {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : 0
    if (pid > 0 && !isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
  return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
