import type { Options } from './command.ts'

/** Options that every command takes. */
export const COMMON: Options = {
  config: { value: 'FILE', help: 'read the configuration from this TOML file' },
  data: { value: 'DIR', help: 'keep the data in this folder' },
  set: { value: 'KEY=VALUE', help: 'set one configuration key, such as tick.interval_s=5', multiple: true },
  bind: { value: 'ADDR', help: 'listen on this address' },
  'http-port': { value: 'N', help: 'port of the pages and the API; 0 = any free one' },
  'mqtt-port': { value: 'N', help: 'port of the MQTT broker; 0 = any free one' },
  'mqtts-port': { value: 'N', help: 'port of MQTT over TLS, with a certificate (tls.cert, tls.key); 0 = any free one' },
  json: { value: null, help: 'print the outcome as one JSON value' },
  help: { value: null, help: 'show this help', short: 'h' },
}
