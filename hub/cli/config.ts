import type { Call, Command } from './command.ts'
import { table } from './table.ts'

export const commands: readonly Command[] = [
  {
    name: 'config check',
    summary: 'show every configuration key, its value, and where that comes from',
    args: [],
    options: {},
    example: 'solar-family config check --config /etc/solar-family/config.toml',
    run: check,
  },
  {
    name: 'config acl',
    summary: 'print the access rules that mosquitto needs to stand in for the broker (mqtt.url)',
    args: [],
    options: {},
    example: 'solar-family config acl > /etc/mosquitto/solar-family.acl',
    run: acl,
  },
]

async function acl(call: Call): Promise<number> {
  const { mosquittoAcl } = await import('../codec/mosquitto-acl.ts')
  const { config } = await call.config()
  const text = mosquittoAcl({ root: config.mqtt.root, hub: config.mqtt.external?.username ?? 'solar-family' })
  call.report({ acl: text }, text.trimEnd())
  return 0
}

async function check(call: Call): Promise<number> {
  const { shownValue } = await import('../config-keys.ts')
  const { values: secret, file } = await call.config()
  const values = secret.map((one) => ({ ...one, value: shownValue(one.key, one.value) }))
  const rows = values.map(({ key, value, origin }) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
    origin,
  ])
  call.report({ file, values }, table(['KEY', 'VALUE', 'ORIGIN'], rows, call.terminal.out))
  return 0
}
