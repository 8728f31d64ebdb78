import { VERDICTS } from '../../hub/domain/node-serial.ts'
import type { NodePage } from '../models/node.ts'
import { NOON, samplePlantPage } from './sample-props.ts'

const CHECKS = ['alimentazione', 'adc', 'ntc', 'unheard-of']

/** A node on the hub's own port, with one check of each outcome. */
export function sampleNodePage(change: Partial<NodePage> = {}): NodePage {
  const [row = null] = samplePlantPage().nodes
  const path = '/dev/serial/by-id/usb-Arduino'
  return {
    house: 'casa_03',
    name: 'Casa Rossi',
    row,
    port: { path, house: null, problem: null },
    usb: {
      path,
      problem: null,
      identity: {
        firmware: '1.0.0',
        board: 'megaatmega2560',
        house: 'casa_03',
        mac: '02:5F:1A:2B:3C:4D',
        boot: 17,
        uptimeS: 3600,
        reset: 'esterno',
        watchdogResets: 0,
        freeRam: 360,
        configured: true,
        unsaved: false,
      },
      measures: {
        at: NOON,
        value: {
          productionW: 1500,
          consumptionW: null,
          milliamps: [6522, null],
          faults: ['ct_consumo_bias'],
          temperatureC: null,
          supplyMv: 4985,
          mqtt: 'connesso',
          link: true,
        },
      },
      network: {
        link: true,
        dhcp: true,
        address: '192.168.1.57',
        mask: '255.255.255.0',
        gateway: '192.168.1.1',
        hub: '192.168.1.10',
        port: 1883,
        mqtt: 'connesso',
        lastError: 'nessuno',
        attempts: 1,
        queued: 0,
      },
      adc: [0, 1].map((channel) => ({
        channel,
        samples: 4000,
        mean: 511.92,
        rms: 64.125,
        min: 420,
        max: 603,
        clipped: 0,
        lost: 2,
        windowMs: 1000,
      })),
      events: ['mqtt_su', 'unheard-of'].map((event, value) => ({ boot: 17, uptimeS: 12, event, value })),
      checks: {
        at: NOON,
        value: VERDICTS.map((verdict, i) => ({ name: CHECKS[i] ?? 'adc', verdict, value: 'found', expected: 'right' })),
      },
      testing: false,
    },
    ...change,
  }
}

/** What the page of a node may have to show. */
export function sampleNodes(): Readonly<Record<string, NodePage>> {
  const { usb } = sampleNodePage()
  if (!usb) throw new Error('no sample')
  const nothingYet = { identity: null, measures: null, network: null, adc: [], events: [], checks: null }
  const onPort = (house: string | null, problem: string | null) =>
    sampleNodePage({ usb: null, port: { path: usb.path, house, problem } })
  const problems = ['missing', 'denied', 'busy', 'failed', 'silent', 'noise', 'stranger', 'gone', 'unheard-of']
  return {
    usual: sampleNodePage(),
    testing: sampleNodePage({ usb: { ...usb, checks: null, testing: true } }),
    'just plugged in': sampleNodePage({ usb: { ...usb, ...nothingYet } }),
    'over the network alone': sampleNodePage({ usb: null, port: null }),
    'of a house that has left': sampleNodePage({ row: null, usb: null, port: null }),
    'another on the port': onPort('casa_04', null),
    'of no house on the port': onPort('', null),
    ...Object.fromEntries(problems.map((problem) => [`port ${problem}`, onPort(null, problem)])),
  }
}
