const KELVIN = 273.15
const AT_25 = 10_000
const BETA = 3950
const PULL_UP = 10_000

/** The voltage of a 10 kOhm NTC to ground under 10 kOhm to the supply, by its B parameter. */
export function ntcVolts(temperature: number | 'open' | 'short', supply: number): number {
  if (temperature === 'open') return supply
  if (temperature === 'short') return 0
  const resistance = AT_25 * Math.exp(BETA * (1 / (temperature + KELVIN) - 1 / (25 + KELVIN)))
  return (supply * resistance) / (resistance + PULL_UP)
}
