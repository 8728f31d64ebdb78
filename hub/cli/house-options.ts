import type { House } from '../domain/house.ts'
import { MAX_CONNECTION_W, MAX_PEAK_W, nameProblem } from '../domain/house.ts'
import type { Call, Options } from './command.ts'
import { wrongUsage } from './command.ts'

export const HOUSE_OPTIONS: Options = {
  peak: { value: 'W', help: 'nominal power of the plant in W; 0 = a consumer without one' },
  tilt: { value: 'DEGREES', help: 'of the panels from horizontal, 0 to 90' },
  azimuth: { value: 'DEGREES', help: 'the panels face, from north: 90 = east, 180 = south, 270 = west' },
  connection: { value: 'W', help: 'limit of the grid connection in W' },
  name: { value: 'NAME', help: 'what people call the house; its id if left out' },
  battery: { value: null, help: 'a battery stands behind the inverter: the plant is neither compared nor foretold' },
  shown: { value: null, help: 'its residents agreed to be shown by name to their neighbours' },
}

type Change = { -readonly [K in keyof Omit<House, 'id'>]?: House[K] }

/** What the options say about a house; what they leave out is not there. */
export function houseChange(call: Call): Change {
  const name = call.text('name')
  const wrongName = name === undefined ? null : nameProblem(name)
  if (wrongName) throw wrongUsage(`--name "${name}" is not right: expected ${wrongName}.`)
  const change: Change = {}
  const peakPower = call.number('peak', 0, MAX_PEAK_W, ' W')
  const tilt = call.number('tilt', 0, 90, ' degrees')
  const azimuth = call.number('azimuth', 0, 360, ' degrees')
  const connectionLimit = call.number('connection', 1, MAX_CONNECTION_W, ' W')
  if (peakPower !== undefined) change.peakPower = peakPower
  if (tilt !== undefined) change.tilt = tilt
  if (azimuth !== undefined) change.azimuth = azimuth
  if (connectionLimit !== undefined) change.connectionLimit = connectionLimit
  if (name !== undefined) change.name = name.trim()
  if (call.flag('battery')) change.battery = true
  if (call.flag('no-battery')) change.battery = false
  if (call.flag('shown')) change.shown = true
  if (call.flag('hidden')) change.shown = false
  return change
}

/** A house as the outside names its properties. */
export function houseJson(h: House) {
  const { id, name, peakPower, tilt, azimuth, connectionLimit, shown, battery = false } = h
  return { id, name, peak_w: peakPower, tilt, azimuth, connection_w: connectionLimit, shown, battery }
}
