import { describe, expect, test } from 'vitest'
import { DEFAULT_SHARING } from '../../hub/domain/allocation.ts'
import { controlText } from '../../hub/domain/control-text.ts'
import { problemOf } from '../../hub/domain/problem.ts'
import { DEFAULT_SETTINGS } from '../../hub/domain/settings.ts'
import type { HousesPage, PeoplePage } from '../models/admin.ts'
import type { ControlForm } from '../models/control.ts'
import type { NotifyPage, WishForm } from '../models/notify.ts'
import type { ProfilePage } from '../models/profile.ts'
import type { SharingPage } from '../models/sharing.ts'
import type { TariffsPage } from '../models/tariffs.ts'
import type { WeatherForm } from '../models/weather.ts'
import { partials } from '../view/live.ts'
import type { Language, Reader } from '../view-models.ts'
import { MESSAGES } from '../view-models.ts'
import { alertsPage } from './avvisi.tsx'
import { loadFormPage, loadPage, loadsPage } from './carichi.tsx'
import { housePage, liveParts as houseParts } from './casa.tsx'
import { housesPage } from './case.tsx'
import { communityPage, liveParts as communityParts } from './comunita.tsx'
import { sharingPage } from './condivisione.tsx'
import { firstStartPage } from './first-start.tsx'
import { plantPage, liveParts as plantParts } from './impianto.tsx'
import { messagePage } from './message.tsx'
import { auditPage } from './modifiche.tsx'
import { nodePage, liveParts as nodeParts } from './nodo.tsx'
import { notifyPage } from './notifiche.tsx'
import { peoplePage } from './persone.tsx'
import { forecastPage } from './previsione.tsx'
import { profilePage } from './profilo.tsx'
import { cleaningPage } from './pulizia.tsx'
import { referencePage } from './reference.tsx'
import { healthPage } from './salute.tsx'
import { sampleCleaning } from './sample-cleaning.ts'
import { sampleForecast } from './sample-forecast.ts'
import { sampleHealthPage } from './sample-health.ts'
import { sampleHistory } from './sample-history.ts'
import { sampleLoadForm, sampleLoadPage, sampleLoads, sampleLoadView } from './sample-loads.ts'
import { sampleNodePage, sampleNodes } from './sample-node.ts'
import { NOON, sampleCommunityPage, sampleDay, sampleHousePage, samplePlantPage, sampleReader } from './sample-props.ts'
import { SYNC, SYNC_RUNNING } from './sample-sync.ts'
import { pairPage, secretPage } from './secret.tsx'
import { settingsPage } from './settings.tsx'
import { setupCommunityPage, setupHousesPage, setupNodesPage } from './setup.tsx'
import { signInPage } from './sign-in.tsx'
import { syncPage } from './sincronia.tsx'
import { historyPage } from './storico.tsx'
import { tariffsPage } from './tariffe.tsx'

const HOUSES: HousesPage = {
  houses: [
    {
      id: 'casa_03',
      name: 'Casa Rossi',
      peakPower: 5700,
      tilt: 25,
      azimuth: 358,
      connectionLimit: null,
      shown: true,
      residents: ['anna'],
    },
  ],
  values: { id: '', nome: '', picco: '', inclinazione: '', orientamento: '', limite: '' },
  errors: {},
  editing: null,
  saved: false,
}
const PEOPLE: PeoplePage = {
  people: [{ name: 'anna', role: 'resident', house: 'casa_03' }],
  tokens: [{ id: 1, role: 'reader', house: null, createdAt: NOON }],
  tokenRoles: ['reader'],
  houses: ['casa_03'],
  self: 'ada',
  values: { nome: '', ruolo: 'resident', casa: '' },
  errors: {},
  saved: true,
}
const DEALT = { dinamica: 100, statica: 90, pari: 100, priorita: 100 }
const SHARING: SharingPage = {
  period: sampleHistory('2026-05').period,
  key: 'dinamica',
  intervalMin: 60,
  members: [
    { name: 'casa_03', own: true, injectedWh: 100, withdrawnWh: 200, taken: DEALT, given: DEALT },
    { name: 'altri', own: false, injectedWh: 100, withdrawnWh: 200, taken: DEALT, given: DEALT },
  ],
  shared: DEALT,
  gini: { dinamica: 0.2, statica: null, pari: 0, priorita: 0.5 },
  intervals: 700,
  estimated: 0.1,
  sharedEur: 0.11,
  onlyHours: false,
}
const TARIFFS: TariffsPage = {
  tariffs: [],
  factors: [],
  sharing: DEFAULT_SHARING,
  houses: ['casa_03'],
  hourly: 2,
  tariff: { values: { dal: '', prelievo: '', immissione: '', condivisa: '' }, errors: {} },
  factor: { values: { dal: '', fattore: '', fonte: '', anno: '' }, errors: {} },
  rule: { values: { chiave: 'pari', intervallo: '15', quote: '', ordine: '' }, errors: {} },
  saved: true,
}
const WISH: WishForm = {
  hasAddress: true,
  tests: [{ channel: 'ntfy', delivery: { ok: false, problem: 'refused', permanent: true } }],
  values: { email: 'anna@example.org', ntfy: '', quiete_da: '22:00', quiete_a: '07:00' },
  recovery: true,
  errors: {},
  mail: true,
  ntfy: true,
  saved: true,
}
const NOTIFY: NotifyPage = {
  values: {
    posta_host: 'smtp.example.org',
    posta_porta: '587',
    posta_utente: '',
    posta_mittente: 'hub@example.org',
    ntfy_url: '',
    webhook_url: '',
  },
  security: 'starttls',
  mqtt: true,
  homeAssistant: true,
  secrets: { posta: true, ntfy: false, webhook: false },
  errors: {},
  saved: true,
  demo: false,
  test: { channel: 'email', delivery: { ok: true } },
  messages: [
    { at: NOON, channel: 'email', target: 'a@b.it', subject: 'S', attempts: 1, state: 'inviato', problem: null },
    { at: NOON, channel: 'webhook', target: null, subject: 'S', attempts: 3, state: 'attesa', problem: 'refused' },
  ],
}
const PROFILE: ProfilePage = {
  wish: WISH,
  name: 'anna',
  role: 'resident',
  house: { id: 'casa_03', name: 'Casa Rossi', shown: true },
  minLength: 10,
  notice: null,
  problem: null,
}
const SAMPLE_ISSUED = sampleForecast().issued as NonNullable<ReturnType<typeof sampleForecast>['issued']>
const CONTROL: ControlForm = {
  values: controlText(DEFAULT_SETTINGS),
  errors: {
    riserva: problemOf('riserva', '9000', 'reserve', { peakW: 1500 }),
    conguaglio: problemOf('x', '', 'choice'),
  },
  saved: true,
}
const WEATHER: WeatherForm = {
  agreed: { at: NOON, by: 'ada' },
  forecastUrl: '',
  satelliteUrl: '',
  hasKey: true,
  errors: { acconsento: 'posto' },
  saved: true,
  fetchedAt: NOON,
  failure: 'a reason',
  demo: true,
}
const SETTINGS = {
  nome: 'N',
  fuso: 'Europe/Rome',
  latitudine: '',
  longitudine: '',
  soglia: '85',
  minimo: '3',
  avviso: 'robusta',
}
const SILENT = {
  productionW: null,
  consumptionW: null,
  toCommunityW: 0,
  fromCommunityW: 0,
  toGridW: 0,
  fromGridW: 0,
  at: null,
  fresh: false,
  state: 'offline',
} as const
const NO_TOTALS = {
  producedWh: null,
  consumedWh: null,
  importedWh: null,
  exportedWh: null,
  sharedWh: null,
  selfSufficiencyRate: null,
  selfConsumptionRate: null,
  quality: 'mancante',
  coverage: 0,
} as const

const PAGES: { readonly [name: string]: (reader: Reader) => string } = {
  house: (reader) => housePage(sampleHousePage(), reader),
  'house, stale': (reader) => housePage(sampleHousePage({ now: { ...sampleHousePage().now, fresh: false } }), reader),
  'house, nothing known': (reader) =>
    housePage(sampleHousePage({ now: SILENT, totals: NO_TOTALS, curve: [], alerts: [] }), reader),
  'house, another day': (reader) => housePage(sampleHousePage({ day: sampleDay('2026-06-20', false) }), reader),
  'house, a choice of houses': (reader) => housePage(sampleHousePage({ choices: ['casa_01', 'casa_03'] }), reader),
  community: (reader) => communityPage(sampleCommunityPage(), reader),
  'community of a hundred': (reader) => communityPage(sampleCommunityPage(100), reader),
  'community, another day': (reader) =>
    communityPage(
      sampleCommunityPage(12, {
        day: sampleDay('2026-06-20', false),
        live: null,
        dayFlows: [{ from: 'altri', to: 'altri', amount: 900 }],
      }),
      reader,
    ),
  alerts: (reader) => alertsPage(sampleHousePage().alerts, reader),
  'alerts, seen and past': (reader) =>
    alertsPage(
      sampleHousePage().alerts.flatMap((a) => [
        { ...a, seen: { by: 'anna', at: NOON } },
        { ...a, closedAt: NOON },
      ]),
      reader,
    ),
  'alerts, none': (reader) => alertsPage([], reader),
  history: (reader) => historyPage(sampleHistory('2026-06'), reader),
  'history of the community, compared': (reader) =>
    historyPage({ ...sampleHistory('2026'), house: null, comparison: 'anno', before: sampleHistory('2025') }, reader),
  'history, a day': (reader) => historyPage(sampleHistory('2026-06-21'), reader),
  'history, a week': (reader) => historyPage(sampleHistory('2026-W25'), reader),
  'history, all': (reader) => historyPage(sampleHistory('tutto'), reader),
  'history, nothing known': (reader) => historyPage(sampleHistory('2024', false), reader),
  'setup, community': (reader) =>
    setupCommunityPage({ values: SETTINGS, errors: { fuso: 'fuso' } }, { ...reader, setupDone: false }),
  'setup, houses': (reader) => setupHousesPage({ ...HOUSES, houses: [] }, reader),
  'setup, more houses': (reader) => setupHousesPage({ ...HOUSES, errors: { id: 'esiste' } }, reader),
  'setup, nodes': (reader) =>
    setupNodesPage(
      {
        nodes: [
          { house: 'casa_03', heardAt: NOON, productionW: 100, consumptionW: null },
          { house: 'casa_04', heardAt: null, productionW: null, consumptionW: null },
        ],
        strangers: [{ who: 'casa_X', why: 'unknown', lastAt: NOON }],
        mqttPort: 1883,
        host: '192.168.1.7',
      },
      reader,
    ),
  reference: (reader) => referencePage(reader),
  sharing: (reader) => sharingPage(SHARING, reader),
  'sharing, nothing': (reader) =>
    sharingPage({ ...SHARING, members: [], intervals: 0, estimated: null, onlyHours: true }, reader),
  'sync, nothing agreed': (reader) => syncPage(SYNC, reader),
  'sync, running': (reader) => syncPage(SYNC_RUNNING, reader),
  cleaning: (reader) => cleaningPage(sampleCleaning, reader),
  cleaningUnknown: (reader) =>
    cleaningPage({ ...sampleCleaning, verdict: null, past: [], since: null, cleanings: [], settings: null }, reader),
  tariffs: (reader) => tariffsPage(TARIFFS, reader),
  'tariffs, some and wrong': (reader) =>
    tariffsPage(
      {
        ...TARIFFS,
        tariffs: [{ from: '2026-01-01', importEur: 0.3, exportEur: 0.1, sharedEur: 0 }],
        factors: [{ from: '2026-01-01', gPerKwh: 200, source: 's', year: 2025 }],
        tariff: { ...TARIFFS.tariff, errors: { dal: 'giorno' } },
        factor: { ...TARIFFS.factor, errors: { fonte: 'vuoto' } },
        rule: { ...TARIFFS.rule, errors: { quote: 'casa' } },
      },
      reader,
    ),
  health: (reader) => healthPage(sampleHealthPage(), reader),
  'health, hidden': (reader) => healthPage({ ...sampleHealthPage(), days: null }, reader),
  'health, nothing known': (reader) =>
    healthPage({ ...sampleHealthPage(), row: { ...sampleHealthPage().row, finding: null }, days: [] }, reader),
  'community, nothing judged': (reader) =>
    communityPage(sampleCommunityPage(12, { health: { empty: 'noPlace', summary: null, rows: [] } }), reader),
  forecast: (reader) => forecastPage(sampleForecast(), reader),
  'forecast, with weather': (reader) =>
    forecastPage(
      sampleForecast({
        house: null,
        issued: { ...SAMPLE_ISSUED, source: 'cache', weatherAt: NOON - 9_000_000 },
        yesterday: null,
        hits: { days: 0, recomputed: 0, daysInside: 0, hours: 0, hoursInside: 0, dayMiss: null },
        weather: { agreed: true, fetchedAt: NOON - 9_000_000, failure: 'x' },
      }),
      reader,
    ),
  'forecast, none': (reader) => forecastPage(sampleForecast({ issued: null, why: 'posto' }), reader),
  'settings, weather': (reader) =>
    settingsPage({ values: SETTINGS, errors: {}, saved: false, weather: WEATHER }, reader),
  'settings, control': (reader) =>
    settingsPage({ values: SETTINGS, errors: {}, saved: false, control: CONTROL }, reader),
  profile: (reader) => profilePage(PROFILE, reader),
  'profile, wrong': (reader) =>
    profilePage({ ...PROFILE, house: null, problem: { form: 'password', code: 'corta' } }, reader),
  'profile, done': (reader) => profilePage({ ...PROFILE, notice: 'visibile' }, reader),
  'profile, told nothing': (reader) =>
    profilePage(
      {
        ...PROFILE,
        wish: { ...WISH, mail: false, ntfy: false, saved: false, errors: { quiete_da: 'ora', quiete_a: 'ora' } },
      },
      reader,
    ),
  'profile, wishes wrong': (reader) =>
    profilePage({ ...PROFILE, wish: { ...WISH, errors: { email: 'email', ntfy: 'argomento' } } }, reader),
  notifications: (reader) => notifyPage(NOTIFY, reader),
  'notifications, wrong': (reader) =>
    notifyPage(
      {
        ...NOTIFY,
        messages: [],
        demo: true,
        saved: false,
        test: { channel: 'ntfy', delivery: { ok: false, problem: 'refused', permanent: true } },
        errors: {
          posta_host: 'host',
          posta_porta: 'porta',
          posta_mittente: 'mittente',
          ntfy_url: 'url',
          webhook_segreto: 'segreto',
          sicurezza: 'cifratura',
        },
      },
      reader,
    ),
  houses: (reader) => housesPage(HOUSES, reader),
  'houses, none': (reader) => housesPage({ ...HOUSES, houses: [] }, reader),
  'houses, wrong': (reader) => housesPage({ ...HOUSES, errors: { id: 'id', picco: 'numero' } }, reader),
  'a house': (reader) => housesPage({ ...HOUSES, editing: 'casa_03' }, reader),
  people: (reader) => peoplePage(PEOPLE, reader),
  'people, wrong': (reader) => peoplePage({ ...PEOPLE, errors: { nome: 'esiste', casa: 'casa' } }, reader),
  changes: (reader) =>
    auditPage({ entries: [{ id: 9, at: NOON, who: 'ada', what: 'house.add', detail: '{}' }], older: 9 }, reader),
  'a secret': (reader) => secretPage({ kind: 'chiave', of: 'casa_03', secret: 's', address: null, back: '/' }, reader),
  'pairing, offered': (reader) =>
    secretPage(
      { kind: 'abbina', of: 'anna', secret: '123456', address: 'HOST/abbina?codice=123456', back: '/' },
      reader,
    ),
  pairing: (reader) => pairPage({ code: '', problem: 'sbagliato' }, { ...reader, user: null }),
  'house, loads': (reader) => housePage(sampleHousePage({ loads: [sampleLoadView()] }), reader),
  loads: (reader) => loadsPage({ ...sampleLoads(), mayEdit: true, mayArm: true }, reader),
  'loads, none': (reader) => loadsPage({ ...sampleLoads(), loads: [], choices: ['casa_03'] }, reader),
  load: (reader) => loadPage(sampleLoadPage(), reader),
  'load form, wrong': (reader) => loadFormPage(sampleLoadForm(), reader),
  plant: (reader) => plantPage(samplePlantPage(), reader),
  'plant, empty': (reader) =>
    plantPage({ ...samplePlantPage(), nodes: [], sensors: [], planes: [], strangers: [] }, reader),
  ...Object.fromEntries(
    Object.entries(sampleNodes()).map(([name, page]) => [`node, ${name}`, (reader: Reader) => nodePage(page, reader)]),
  ),
  settings: (reader) => settingsPage({ values: SETTINGS, errors: {}, saved: true }, reader),
  'settings, wrong': (reader) =>
    settingsPage({ values: SETTINGS, errors: { fuso: 'fuso', soglia: 'numero' }, saved: false }, reader),
  'sign-in': (reader) =>
    signInPage({ back: '/', name: 'anna', problem: 'sbagliato', retryS: 0 }, { ...reader, user: null }),
  'first start': (reader) =>
    firstStartPage(
      { name: '', minLength: 10, problems: ['codice', 'nome', 'password', 'password2'] },
      { ...reader, user: null },
    ),
  ...Object.fromEntries(MESSAGES.map((code) => [`message ${code}`, (reader: Reader) => messagePage(code, reader)])),
}

describe.each<Language>(['it', 'en'])('pages in %s', (language) => {
  test.each(Object.entries(PAGES))('%s', (_, draw) => {
    const html = draw(sampleReader({ language, degraded: ['storage', 'unheard-of'], demo: true }))
    expect(html).toMatch(new RegExp(`^<!DOCTYPE html><html lang="${language}"`))
    expect(html.match(/<h1/g)).toHaveLength(1)
    expect(html.match(/<main/g)).toHaveLength(1)
    // The content security policy allows none of these.
    expect(html).not.toMatch(/ style=|<style|<script(?! src="[^"]*" defer)|javascript:| on[a-z]+=|https?:\/\//)
    // Nothing that was not there, and no text that was not filled in.
    expect(html).not.toMatch(/NaN|undefined|\[object|>null<|\{(?!n\}|&quot;)\w+\}/)
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1])
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([])
    for (const [, url] of html.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(url)
    for (const [, target] of html.matchAll(/ (?:for|aria-labelledby)="([^"]+)"/g)) {
      for (const id of (target ?? '').split(' ')) expect(ids).toContain(id)
    }
  })
})

describe('live parts', () => {
  const reader = sampleReader()
  test.each([
    ['house', housePage(sampleHousePage(), reader), houseParts(sampleHousePage(), reader)],
    ['community', communityPage(sampleCommunityPage(), reader), communityParts(sampleCommunityPage(), reader)],
    ['plant', plantPage(samplePlantPage(), reader), plantParts(samplePlantPage(), reader)],
    ['node', nodePage(sampleNodePage(), reader), nodeParts(sampleNodePage(), reader)],
  ])('of the %s stand in the page as they are pushed', (_, page, parts) => {
    expect(page).toContain('hx-sse:connect="/eventi?pagina=')
    for (const { id, html } of parts) {
      expect(html).toMatch(new RegExp(`^<\\w+[^>]* id="${id}"`))
      expect(page).toContain(html)
    }
  })
  test('are one message of partials', () => {
    const message = partials(houseParts(sampleHousePage(), reader))
    expect(message).toMatch(/^<hx-partial hx-target="#ora" hx-swap="outerMorph"><time id="ora"/)
    expect(message.match(/<hx-partial/g)).toHaveLength(houseParts(sampleHousePage(), reader).length)
  })
  test('another day is not live', () => {
    expect(housePage(sampleHousePage({ day: sampleDay('2026-06-20', false) }), reader)).not.toContain('hx-sse')
  })
})

describe('what a stranger typed', () => {
  const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&`
  test('never becomes markup', () => {
    const pages = [
      housePage(
        sampleHousePage({ house: { id: hostile, name: hostile, peakPower: 3000 }, choices: [hostile] }),
        sampleReader({ community: hostile }),
      ),
      communityPage(
        sampleCommunityPage(3, {
          ownHouse: hostile,
          dayFlows: [{ from: hostile, to: 'rete', amount: 10 }],
          live: null,
        }),
        sampleReader({ path: hostile }),
      ),
      plantPage(
        { ...samplePlantPage(), strangers: [{ who: hostile, address: hostile, why: hostile, count: 1, lastAt: 0 }] },
        sampleReader(),
      ),
      nodePage(
        sampleNodePage({ name: hostile, port: { path: hostile, house: hostile, problem: null }, usb: null }),
        sampleReader(),
      ),
      signInPage({ back: hostile, name: hostile, problem: null, retryS: 0 }, sampleReader({ user: null })),
      settingsPage(
        { values: { ...SETTINGS, nome: hostile }, errors: {}, saved: false },
        sampleReader({ user: { name: hostile, role: 'admin', house: null } }),
      ),
    ]
    for (const html of pages) {
      expect(html).not.toContain('<script>')
      expect(html).not.toContain('<img')
      // Outside of quoted attributes.
      expect(html.replace(/="[^"]*"/g, '')).not.toMatch(/<[^>]* onerror/)
    }
  })
})

describe('what each role is offered', () => {
  const links = (role: 'resident' | 'technician' | 'admin') => {
    const html = housePage(sampleHousePage(), sampleReader({ user: { name: 'x', role, house: null } }))
    return [...(html.match(/<nav class="pages".*?<\/nav>/)?.[0] ?? '').matchAll(/href="([^"]+)"/g)].map(
      (match) => match[1],
    )
  }
  test.each([
    ['resident', ['/', '/comunita', '/storico', '/avvisi', '/carichi', '/previsione', '/condivisione', '/profilo']],
    [
      'technician',
      [
        '/impianto',
        '/',
        '/comunita',
        '/avvisi',
        '/carichi',
        '/previsione',
        '/storico',
        '/condivisione',
        '/pulizia',
        '/registro',
        '/profilo',
      ],
    ],
    [
      'admin',
      [
        ...[
          '/',
          '/comunita',
          '/storico',
          '/avvisi',
          '/carichi',
          '/previsione',
          '/condivisione',
          '/pulizia',
          '/impianto',
          '/case',
          '/persone',
        ],
        ...['/tariffe', '/notifiche', '/sincronia', '/impostazioni', '/registro', '/modifiche', '/profilo'],
      ],
    ],
  ] as const)('%s', (role, expected) => expect(links(role)).toEqual(expected))
  test('nobody has no pages and no way out', () => {
    const html = signInPage({ back: '/', name: '', problem: null, retryS: 0 }, sampleReader({ user: null }))
    expect(html).not.toContain('/uscita')
    expect(html).not.toContain('class="pages"')
  })
})
