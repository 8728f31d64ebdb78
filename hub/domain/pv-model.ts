import { type ClearSky, clearSky, type Plane, planeOfArray, type Site } from './irradiance.ts'

/** How the panels are mounted, which decides how well the wind cools them. */
export const MOUNTINGS = ['free', 'roof', 'flush'] as const
export type Mounting = (typeof MOUNTINGS)[number]

/** What drives the electrical model: irradiance on the plane in W/m2, air in degrees C, wind in m/s. */
export interface PlaneWeather {
  readonly poa: number
  readonly airTemperature: number
  readonly windSpeed: number
}

/** The electrical side of a plant. Only `peakPower` is needed; the defaults are PVWatts' (NREL, version 5 manual, 2014). */
export interface PlantElectrics {
  /** Nominal power of the panels, Wp; 0 gives 0 W. */
  readonly peakPower: number
  /** Default `roof`. */
  readonly mounting?: Mounting
  /** Change of power per degree C of the cells, 1/K; default -0.004. */
  readonly temperatureCoefficient?: number
  /** Share lost to dirt, wiring, mismatch, light-induced degradation; default 0.14. */
  readonly losses?: number
  /** Panel power over inverter power; default 1.2: the inverter clips at 83 % of the peak. */
  readonly dcAcRatio?: number
  /** Nominal efficiency of the inverter, 0..1; default 0.96. */
  readonly inverterEfficiency?: number
}

/** A plant with its plane: what a clear-sky or forecast model needs to know of a house. */
export interface Plant extends PlantElectrics, Plane {}

/** Constant part of the heat exchange of a module, W/(m2 K), by mounting. */
const STILL_AIR: Record<Mounting, number> = { free: 25, roof: 20, flush: 15 }

/** Part that grows with the wind, W s/(m3 K). */
const WIND = 6.84

/** Efficiency to which the PVWatts part-load curve is scaled. */
const REFERENCE_EFFICIENCY = 0.9637

/** Temperature of the cells, degrees C (Faiman 2008). Worked value: 900 W/m2, 20 C, 5 m/s, free -> 35.2. */
export function cellTemperature(weather: PlaneWeather, mounting: Mounting = 'roof'): number {
  return weather.airTemperature + weather.poa / (STILL_AIR[mounting] + WIND * Math.max(0, weather.windSpeed))
}

/** Power of the panels before the inverter, W, never negative. Worked value: 1000 Wp at 1000 W/m2, cells at 25 C -> 860. */
export function dcPower(weather: PlaneWeather, plant: PlantElectrics): number {
  const { peakPower, mounting, temperatureCoefficient = -0.004, losses = 0.14 } = plant
  if (weather.poa <= 0) return 0
  const heat = 1 + temperatureCoefficient * (cellTemperature(weather, mounting) - 25)
  return Math.max(0, peakPower * (weather.poa / 1000) * heat * (1 - losses))
}

/**
 * Power after an inverter, W: PVWatts' part-load curve, clipped at `limit * efficiency`. `limit` is the inverter's DC input in W.
 * Worked value: 90 W into a 100 W inverter of nominal efficiency 0.95 -> 85.59.
 */
export function inverterPower(dc: number, limit: number, efficiency = 0.96): number {
  if (dc <= 0 || limit <= 0) return 0
  const load = dc / limit
  const part = (efficiency / REFERENCE_EFFICIENCY) * (-0.0162 * load - 0.0059 / load + 0.9858)
  return Math.min(Math.max(0, part * dc), limit * efficiency)
}

/**
 * Power a plant feeds in, W, never negative and never above `peakPower / dcAcRatio`. `poa` is best given as the effective
 * irradiance of `planeOfArray`. Worked value: 3000 Wp, 1000 W/m2, 25 C, 1 m/s -> 2111.
 */
export function acPower(weather: PlaneWeather, plant: PlantElectrics): number {
  const { peakPower, dcAcRatio = 1.2, inverterEfficiency = 0.96 } = plant
  return inverterPower(dcPower(weather, plant), peakPower / dcAcRatio / inverterEfficiency, inverterEfficiency)
}

/** Air over a roof, without its light. */
export type AirOverRoof = Omit<PlaneWeather, 'poa'>

/** Power of a plant under a given sky, W: the plane, then `acPower`. Pass what `clearSky` returns, or the same with measured irradiance. */
export function plantPower(sky: ClearSky, air: AirOverRoof, plant: Plant): number {
  const { effective } = planeOfArray({ sky, sun: sky.sun, extraterrestrial: sky.extraterrestrial, plane: plant })
  return acPower({ ...air, poa: effective }, plant)
}

/**
 * Power a healthy plant would give at `at` (epoch ms, UTC) under a cloudless sky, W: the yardstick that makes roofs of different
 * orientation comparable. `air` defaults to a mild calm day, 20 C and 1 m/s.
 */
export function clearSkyPower(
  at: number,
  site: Site,
  plant: Plant,
  air: AirOverRoof = { airTemperature: 20, windSpeed: 1 },
): number {
  return plantPower(clearSky(at, site), air, plant)
}
