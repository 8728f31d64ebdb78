import { benchmarkTopic, NODE_TOPICS } from './topics.ts'

/**
 * Access rules for mosquitto under which a house uses its own topics alone, whatever client it is, and nobody but the hub
 * sends it anything; with what else the broker has to be told, as comments.
 */
export function mosquittoAcl({ root, hub }: { root: string; hub: string }): string {
  return `${[
    '# Access rules of mosquitto for Solar Family. Users are called as the houses are: casa_A, ...',
    '#',
    '# In mosquitto.conf:',
    '#   allow_anonymous false',
    '#   acl_file /etc/mosquitto/solar-family.acl',
    '#   password_file /etc/mosquitto/solar-family.passwd',
    '#   use_username_as_clientid true      # nobody takes the place of another',
    '#   persistence true',
    '#   autosave_interval 10               # what waits for the hub is lost with the power otherwise: 1800 s by default',
    '#   max_queued_messages 100000         # of those that wait while the hub is away; 1000 by default',
    '#   max_inflight_messages 1000         # the hub acknowledges after its commit; with 20 it hears 1000 messages/s at most',
    '#   message_size_limit 65536',
    '#',
    '# Passwords: the hub\'s own, and of each house the node key that "house add" printed:',
    `#   mosquitto_passwd -c /etc/mosquitto/solar-family.passwd ${hub}`,
    '#   mosquitto_passwd /etc/mosquitto/solar-family.passwd casa_A',
    '# A house that is removed, or whose key is changed, has to be removed or changed there too.',
    '',
    `user ${hub}`,
    `topic readwrite ${root}/#`,
    '',
    '# %u is the user: each house under its own id.',
    ...NODE_TOPICS.map((topic) => `pattern write ${root}/%u/${topic.replace('CARICO', '+')}`),
    `pattern read ${root}/%u/#`,
    '# The same for everybody; mosquitto remarks that this pattern names nobody.',
    `pattern read ${benchmarkTopic(root)}`,
  ].join('\n')}\n`
}
