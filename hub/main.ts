import { runCommandLine } from './cli/run.ts'

// The command line. What a command needs is loaded when it is asked for, so that the small ones answer at once.

// What the hub keeps is for its own user and group: readings tell when nobody is at home.
process.umask(0o027)

// Whoever reads our output may stop reading: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

void runCommandLine(
  process.argv.slice(2),
  {
    demo: () => import('./cli/demo.ts'),
    hub: () => import('./cli/hub.ts'),
    house: () => import('./cli/house.ts'),
    load: () => import('./cli/load.ts'),
    cleaning: () => import('./cli/cleaning.ts'),
    user: () => import('./cli/user.ts'),
    sync: () => import('./cli/sync.ts'),
    central: () => import('./cli/central.ts'),
    token: () => import('./cli/token.ts'),
    node: () => import('./cli/node.ts'),
    factor: () => import('./cli/factor.ts'),
    replay: () => import('./cli/replay.ts'),
    simulate: () => import('./cli/simulate.ts'),
    backup: () => import('./cli/backup.ts'),
    restore: () => import('./cli/restore.ts'),
    doctor: () => import('./cli/doctor.ts'),
    config: () => import('./cli/config.ts'),
    update: () => import('./cli/update.ts'),
    version: () => import('./cli/version.ts'),
  },
  { out: process.stdout, err: process.stderr, input: process.stdin },
).then((code) => {
  process.exitCode = code
})
