import Database from 'better-sqlite3'
import { connect } from 'mqtt'

/** What is usually put behind a broker: a subscriber that writes what it hears to SQLite, some 50 transactions a second. Says how much. */

const [port = '', file = ''] = process.argv.slice(2)
const db = new Database(file)
db.pragma('journal_mode = WAL')
db.pragma('synchronous = FULL')
db.exec(
  'create table reading (id integer primary key, at integer not null, topic text not null, payload text not null)',
)
const insert = db.prepare('insert into reading (at, topic, payload) values (?, ?, ?)')
let waiting: [number, string, string][] = []
let stored = 0
const write = db.transaction((all: readonly (readonly [number, string, string])[]) => {
  for (const one of all) insert.run(one)
})
setInterval(() => {
  const all = waiting
  waiting = []
  if (all.length > 0) write(all)
  stored += all.length
}, 20)

const client = connect(`mqtt://127.0.0.1:${port}`, { clientId: 'subscriber', clean: false })
client.on('message', (topic, payload) => waiting.push([Date.now(), topic, payload.toString()]))
client.subscribe('comunita/#', { qos: 1 }, () => process.send?.('ready'))
process.on('message', () => process.send?.(stored))
process.on('disconnect', () => process.exit(0))
