// Runs the project's own pinned Node with the given arguments, whatever Node started this file (18 or newer).
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST = 26
const root = new URL('../', import.meta.url)
const platform = `${process.platform}-${process.arch}`
const pinned = fileURLToPath(new URL(`node_modules/node-${platform}/bin/node`, root))
const node = existsSync(pinned) ? pinned : process.execPath

if (node !== pinned && Number(process.versions.node.split('.')[0]) < OLDEST) {
  fail(
    `The project's own Node is not installed for ${platform} and yours is ${process.version}: ` +
      `run "npm ci" (without --omit=optional) on Linux x64 or arm64, or start this with Node ${OLDEST} or newer.`,
  )
}

const child = spawn(node, ['--import', new URL('jsx.mjs', import.meta.url).href, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: {
    // One heap of the C library for all threads: with one for each a hub takes 20 MB more.
    MALLOC_ARENA_MAX: '1',
    // What Node makes of the sources is kept: the second start takes half the time of the first.
    NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compile', root)),
    ...process.env,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
  },
})

// A terminal already sends Ctrl-C and hang-up to the child: passing them on would deliver them twice.
const passOn = process.stdin.isTTY ? ['SIGTERM'] : ['SIGTERM', 'SIGINT', 'SIGHUP']
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(signal, () => passOn.includes(signal) && child.kill(signal))
}

child.on('error', (error) => fail(`Node could not be started from ${node}: ${error.message}.`))
child.on('exit', (code, signal) => {
  if (signal) {
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
    // Reached only when the signal is one this process survives, as PID 1 in a container does.
    setTimeout(() => process.exit(128 + constants.signals[signal]), 200)
  } else if (code === 127 && /libatomic/.test(String(spawnSync(node, ['--version']).stderr))) {
    fail(
      'Node needs the system library libatomic.so.1, which is missing here: run "sudo apt-get install libatomic1".',
      127,
    )
  } else {
    process.exit(code ?? 1)
  }
})

function fail(sentence, code = 1) {
  process.stderr.write(`${sentence}\n`)
  process.exit(code)
}
