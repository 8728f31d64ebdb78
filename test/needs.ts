import { existsSync } from 'node:fs'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium']

/** The browser the journeys drive: `CHROMIUM_PATH`, or the system's own; null where there is none. */
export function chromiumPath(): string | null {
  const named = process.env['CHROMIUM_PATH']
  return (named ? [named] : CHROMIUM).find((path) => existsSync(path)) ?? null
}

/**
 * Says whether a suite may run: `describe.runIf(needs(chromiumPath(), 'the browser journeys', 'chromium'))(…)`.
 * Without what it needs (a Debian package, or `what` else) it names the missing package in one line; under `CI=true`, where everything must run, it throws.
 */
export function needs(found: unknown, suite: string, debianPackage: string | null, what = debianPackage): boolean {
  if (found) return true
  const sentence = `${suite} need ${what}${debianPackage ? `: sudo apt-get install ${debianPackage}` : ''}`
  if (process.env['CI'] === 'true') throw new Error(sentence)
  process.stderr.write(`Skipped: ${sentence}\n`)
  return false
}

const OPENSSL = ['/usr/bin/openssl', '/usr/local/bin/openssl', '/opt/homebrew/bin/openssl']

/** What makes the certificates of the TLS tests, or null. */
export function opensslPath(): string | null {
  return OPENSSL.find((path) => existsSync(path)) ?? null
}

/** The compiler of the house node's programs, or null. */
export function avrGccPath(): string | null {
  return ['/usr/bin/avr-gcc', '/usr/local/bin/avr-gcc'].find((path) => existsSync(path)) ?? null
}

const MOSQUITTO = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/usr/local/sbin/mosquitto']

/** Debian's MQTT broker, or null. */
export function mosquittoPath(): string | null {
  return MOSQUITTO.find((path) => existsSync(path)) ?? null
}
