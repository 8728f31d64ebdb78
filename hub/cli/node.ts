import type { Call, Command, Options } from './command.ts'

const PORT: Options = {
  port: {
    value: 'PATH',
    help: 'port of the node, such as /dev/ttyACM0; may be left out where there is just one board',
  },
  transcript: { value: 'FILE', help: 'keep what was said on the port in this file, without secrets' },
}

/** What the commands are made of is loaded when one of them is asked for: serial ports need a native library. */
const lazily =
  (load: () => Promise<(call: Call) => Promise<number>>) =>
  async (call: Call): Promise<number> =>
    (await load())(call)

export const commands: readonly Command[] = [
  {
    name: 'node list',
    summary: 'show the serial ports, which of them look like a node, and who holds them',
    args: [],
    options: {},
    example: 'solar-family node list',
    run: lazily(async () => (await import('./node-list.ts')).list),
  },
  {
    name: 'node info',
    summary: 'show what a node is, measures, counts and is connected to',
    args: [],
    options: PORT,
    example: 'solar-family node info --port /dev/ttyACM0',
    run: lazily(async () => (await import('./node-info.ts')).info),
  },
  {
    name: 'node monitor',
    summary: 'follow a node live, until Ctrl-] or Ctrl-C; comes back by itself after unplugging',
    args: [],
    options: {
      ...PORT,
      raw: { value: null, help: 'show the lines as they come' },
      log: { value: 'FILE', help: 'write every line with its time to this file as well' },
      for: { value: 'S', help: 'stop after so many seconds' },
    },
    example: 'solar-family node monitor --log nodo.log',
    run: lazily(async () => (await import('./node-monitor.ts')).monitor),
  },
  {
    name: 'node selftest',
    summary: 'have a node test itself; exit status 1 when something fails',
    args: [],
    options: PORT,
    example: 'solar-family node selftest',
    run: lazily(async () => (await import('./node-selftest.ts')).selftest),
  },
  {
    name: 'node calibrate',
    summary: 'calibrate a current transformer against a meter, step by step',
    args: [],
    required: ['channel'],
    options: {
      ...PORT,
      channel: { value: 'NAME', help: 'production or consumption' },
      'skip-zero': { value: null, help: 'leave the zero as it is' },
      by: { value: 'NAME', help: 'who calibrates, for the protocol' },
      protocol: { value: 'FILE', help: 'where the protocol goes (calibration-HOUSE-CHANNEL-DATE.txt here)' },
    },
    example: 'solar-family node calibrate --channel consumption --by "Rita Bianchi"',
    run: lazily(async () => (await import('./node-calibrate.ts')).calibrate),
  },
  {
    name: 'node relay',
    summary: 'switch a relay for a test; it returns by itself when this command ends, however it ends',
    args: ['OUTPUT', 'STATE'],
    options: { ...PORT, for: { value: 'S', help: 'for how long, 1 to 120 s (10)' } },
    example: 'solar-family node relay 1 on --for 5',
    run: lazily(async () => (await import('./node-relay.ts')).relay),
  },
  {
    name: 'node provision',
    summary: 'give a node its house: has the hub make a new key and writes it into the node',
    args: ['HOUSE'],
    options: {
      ...PORT,
      hub: { value: 'URL', help: 'the hub (http://127.0.0.1:8080)' },
      'token-file': {
        value: 'FILE',
        help: 'file with a technician token; else SOLAR_FAMILY_TOKEN, else it is asked for',
      },
      address: { value: 'ADDR', help: 'address of the hub as the node sees it (taken from the URL)' },
      yes: { value: null, help: 'do not ask before the old key of the house becomes worthless' },
    },
    example: 'solar-family node provision casa_A --hub http://192.168.1.10:8080',
    run: lazily(async () => (await import('./node-provision.ts')).provision),
  },
  {
    name: 'node flash',
    summary: 'write firmware into a node, with avrdude',
    args: ['FILE'],
    options: PORT,
    example: 'solar-family node flash firmware/build/node.hex --port /dev/ttyACM0',
    run: lazily(async () => (await import('./node-flash.ts')).flash),
  },
  {
    name: 'node bundle',
    summary: 'gather everything about a node in one file for whoever helps; it holds no secret',
    args: [],
    options: { ...PORT, out: { value: 'FILE', help: 'where it goes (node-HOUSE-DATE.json here)' } },
    example: 'solar-family node bundle',
    run: lazily(async () => (await import('./node-bundle.ts')).bundle),
  },
]
