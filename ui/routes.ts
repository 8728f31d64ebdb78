import { newNodeKey } from './api/node-key.ts'
import { makeFirstAdmin, savePreferences, showFirstStart, showSignIn, signIn, signOut } from './web/accounts.ts'
import { seeAlert, showAlerts } from './web/alerts.ts'
import {
  getAlerts,
  getCo2,
  getCommunityState,
  getDashboard,
  getHealth,
  getHistory,
  getMetrics,
  getTariff,
  postOf,
} from './web/api.ts'
import { showAudit } from './web/audit.ts'
import { decideOnCleaning, proposeCleaning, saveCleaningSettings, showCleaning } from './web/cleaning.ts'
import type { Route } from './web/context.ts'
import { saveControl } from './web/control-settings.ts'
import { getForecast, showForecast } from './web/forecast.ts'
import { showHealth } from './web/health.ts'
import { chooseHistory, downloadHistory, showHistory } from './web/history.ts'
import { addHouse, changeHouse, changeKey, showHouseForm, showHouses, takeHouseOut } from './web/houses.ts'
import { drawKiosk, showKiosk, streamKiosk } from './web/kiosk.ts'
import {
  addLoad,
  armLoads,
  commandLoad,
  saveLoadForm,
  showLoad,
  showLoadForm,
  showLoads,
  showNewLoad,
} from './web/loads.ts'
import { getCommands, getLoads, postLoadState, postOverride, postResult } from './web/loads-api.ts'
import { showNode, testNode } from './web/node.ts'
import { saveNotify, showNotify, testNotify } from './web/notify.ts'
import { getOpenApi, showReference } from './web/openapi.ts'
import { downloadLog, showCommunity, showHouse, showLog, showPlant, streamPage } from './web/pages.ts'
import { pair, pairOwnPhone, showPairing } from './web/pairing.ts'
import { actOnPerson, addPerson, addProgram, revokeProgram, showPeople } from './web/people.ts'
import {
  changePassword,
  endSessions,
  eraseOwnData,
  exportOwnData,
  setShown,
  setWish,
  showProfile,
  testWish,
} from './web/profile.ts'
import { saveSettings, showSettings } from './web/settings.ts'
import { finishSetup, saveSetupCommunity, showSetupCommunity, showSetupHouses, showSetupNodes } from './web/setup.ts'
import { downloadSharing, showSharing, showSharingNow } from './web/sharing.ts'
import { changeSync, enrolAtCentral, showSync } from './web/sync.ts'
import { addFactor, addTariff, dropEntry, saveRule, showTariffs } from './web/tariffs.ts'
import { saveWeather } from './web/weather.ts'

const PEOPLE = ['resident', 'technician', 'admin'] as const
const KIOSK = [...PEOPLE, 'kiosk', 'reader'] as const
const SEES_COMMUNITY = [...PEOPLE, 'reader', 'integration'] as const
const POSTS_READINGS = ['node', 'house', 'bridge', 'admin'] as const

/** Every way into the hub over HTTP, and who may use it. A route that is not here does not exist. */
export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/', access: PEOPLE, handle: showHouse },
  { method: 'GET', path: '/comunita', access: PEOPLE, handle: showCommunity },
  { method: 'GET', path: '/carichi', access: PEOPLE, handle: showLoads },
  { method: 'GET', path: '/carichi/nuovo', access: ['technician', 'admin'], handle: showNewLoad },
  { method: 'POST', path: '/carichi/nuovo', access: ['technician', 'admin'], handle: addLoad },
  { method: 'POST', path: '/carichi/arma', access: ['admin'], handle: armLoads },
  { method: 'GET', path: '/carichi/:casa/:carico', access: PEOPLE, handle: showLoad },
  { method: 'POST', path: '/carichi/:casa/:carico/comando', access: PEOPLE, handle: commandLoad },
  { method: 'GET', path: '/carichi/:casa/:carico/impostazioni', access: PEOPLE, handle: showLoadForm },
  { method: 'POST', path: '/carichi/:casa/:carico/impostazioni', access: PEOPLE, handle: saveLoadForm },
  { method: 'GET', path: '/storico', access: PEOPLE, handle: chooseHistory },
  { method: 'GET', path: '/storico/:periodo', access: PEOPLE, handle: showHistory },
  { method: 'GET', path: '/storico/:periodo/csv', access: PEOPLE, handle: downloadHistory },
  { method: 'GET', path: '/avvisi', access: PEOPLE, handle: showAlerts },
  { method: 'POST', path: '/avvisi/visto', access: PEOPLE, handle: seeAlert },
  { method: 'GET', path: '/profilo', access: PEOPLE, handle: showProfile },
  { method: 'POST', path: '/profilo/visibile', access: PEOPLE, handle: setShown },
  { method: 'POST', path: '/profilo/password', access: PEOPLE, handle: changePassword },
  { method: 'POST', path: '/profilo/uscite', access: PEOPLE, handle: endSessions },
  { method: 'GET', path: '/profilo/dati', access: PEOPLE, handle: exportOwnData },
  { method: 'POST', path: '/profilo/cancella', access: PEOPLE, handle: eraseOwnData },
  { method: 'POST', path: '/profilo/avvisami', access: PEOPLE, handle: setWish },
  { method: 'POST', path: '/profilo/prova', access: PEOPLE, handle: testWish },
  { method: 'GET', path: '/condivisione', access: PEOPLE, handle: showSharingNow },
  { method: 'GET', path: '/condivisione/:mese', access: PEOPLE, handle: showSharing },
  { method: 'GET', path: '/condivisione/:mese/csv', access: ['technician', 'admin'], handle: downloadSharing },
  { method: 'GET', path: '/salute', access: PEOPLE, handle: showHealth },
  { method: 'GET', path: '/previsione', access: PEOPLE, handle: showForecast },
  { method: 'POST', path: '/impostazioni/controllo', access: ['admin'], handle: saveControl },
  { method: 'POST', path: '/impostazioni/meteo', access: ['admin'], handle: saveWeather },
  { method: 'GET', path: '/notifiche', access: ['admin'], handle: showNotify },
  { method: 'POST', path: '/notifiche', access: ['admin'], handle: saveNotify },
  { method: 'POST', path: '/notifiche/prova', access: ['admin'], handle: testNotify },
  { method: 'GET', path: '/impianto', access: ['technician', 'admin'], handle: showPlant },
  { method: 'GET', path: '/impianto/nodo/:casa', access: ['technician', 'admin'], handle: showNode },
  { method: 'POST', path: '/impianto/nodo/:casa/autotest', access: ['technician', 'admin'], handle: testNode },
  { method: 'GET', path: '/registro', access: ['technician', 'admin'], handle: showLog },
  { method: 'GET', path: '/registro/scarica', access: ['technician', 'admin'], handle: downloadLog },
  { method: 'GET', path: '/case', access: ['admin'], handle: showHouses },
  { method: 'POST', path: '/case', access: ['admin'], handle: addHouse },
  { method: 'GET', path: '/case/:casa', access: ['admin'], handle: showHouseForm },
  { method: 'POST', path: '/case/:casa', access: ['admin'], handle: changeHouse },
  { method: 'POST', path: '/case/:casa/chiave', access: ['admin'], handle: changeKey },
  { method: 'POST', path: '/case/:casa/togli', access: ['admin'], handle: takeHouseOut },
  { method: 'GET', path: '/persone', access: ['admin'], handle: showPeople },
  { method: 'POST', path: '/persone', access: ['admin'], handle: addPerson },
  { method: 'POST', path: '/persone/azione', access: ['admin'], handle: actOnPerson },
  { method: 'POST', path: '/persone/token', access: ['admin'], handle: addProgram },
  { method: 'POST', path: '/persone/token/revoca', access: ['admin'], handle: revokeProgram },
  { method: 'GET', path: '/modifiche', access: ['admin'], handle: showAudit },
  { method: 'POST', path: '/profilo/abbina', access: PEOPLE, handle: pairOwnPhone },
  { method: 'GET', path: '/abbina', access: 'anybody', handle: showPairing },
  { method: 'POST', path: '/abbina', access: 'anybody', handle: pair },
  { method: 'GET', path: '/pulizia', access: ['technician', 'admin'], handle: showCleaning },
  { method: 'POST', path: '/pulizia/decisione', access: ['technician', 'admin'], handle: decideOnCleaning },
  { method: 'POST', path: '/pulizia/proposta', access: ['technician', 'admin'], handle: proposeCleaning },
  { method: 'POST', path: '/pulizia/impostazioni', access: ['admin'], handle: saveCleaningSettings },
  { method: 'GET', path: '/tariffe', access: ['admin'], handle: showTariffs },
  { method: 'POST', path: '/tariffe/tariffa', access: ['admin'], handle: addTariff },
  { method: 'POST', path: '/tariffe/fattore', access: ['admin'], handle: addFactor },
  { method: 'POST', path: '/tariffe/condivisione', access: ['admin'], handle: saveRule },
  { method: 'POST', path: '/tariffe/togli', access: ['admin'], handle: dropEntry },
  { method: 'GET', path: '/sincronia', access: ['admin'], handle: showSync },
  { method: 'POST', path: '/sincronia', access: ['admin'], handle: changeSync },
  { method: 'POST', path: '/sincronia/iscrizione', access: ['admin'], handle: enrolAtCentral },
  { method: 'GET', path: '/impostazioni', access: ['admin'], handle: showSettings },
  { method: 'POST', path: '/impostazioni', access: ['admin'], handle: saveSettings },
  { method: 'GET', path: '/eventi', access: PEOPLE, handle: streamPage },
  { method: 'GET', path: '/kiosk', access: KIOSK, handle: showKiosk },
  { method: 'GET', path: '/kiosk.svg', access: KIOSK, handle: drawKiosk },
  { method: 'GET', path: '/kiosk/eventi', access: KIOSK, handle: streamKiosk },
  { method: 'GET', path: '/accesso', access: 'anybody', handle: showSignIn },
  { method: 'POST', path: '/accesso', access: 'anybody', handle: signIn },
  { method: 'POST', path: '/uscita', access: 'anybody', handle: signOut },
  { method: 'POST', path: '/preferenze', access: 'anybody', handle: savePreferences },
  { method: 'GET', path: '/avvio/comunita', access: ['admin'], handle: showSetupCommunity },
  { method: 'POST', path: '/avvio/comunita', access: ['admin'], handle: saveSetupCommunity },
  { method: 'GET', path: '/avvio/case', access: ['admin'], handle: showSetupHouses },
  { method: 'GET', path: '/avvio/nodi', access: ['admin'], handle: showSetupNodes },
  { method: 'POST', path: '/avvio/fine', access: ['admin'], handle: finishSetup },
  { method: 'GET', path: '/avvio', access: 'anybody', handle: showFirstStart },
  { method: 'POST', path: '/avvio', access: 'anybody', handle: makeFirstAdmin },
  { method: 'POST', path: '/api/produzione', access: POSTS_READINGS, handle: postOf('produzione') },
  { method: 'POST', path: '/api/bilancio', access: POSTS_READINGS, handle: postOf('bilancio') },
  { method: 'GET', path: '/api/dashboard', access: SEES_COMMUNITY, handle: getDashboard },
  { method: 'GET', path: '/api/comunita/stato', access: SEES_COMMUNITY, handle: getCommunityState },
  { method: 'GET', path: '/api/storico', access: SEES_COMMUNITY, handle: getHistory },
  { method: 'GET', path: '/api/tariffa', access: SEES_COMMUNITY, handle: getTariff },
  { method: 'GET', path: '/api/co2', access: SEES_COMMUNITY, handle: getCo2 },
  { method: 'GET', path: '/api/previsione', access: SEES_COMMUNITY, handle: getForecast },
  { method: 'GET', path: '/api/avvisi', access: SEES_COMMUNITY, handle: getAlerts },
  { method: 'GET', path: '/api/comandi', access: POSTS_READINGS, handle: getCommands },
  { method: 'POST', path: '/api/comandi/esito', access: POSTS_READINGS, handle: postResult },
  { method: 'POST', path: '/api/carico/stato', access: POSTS_READINGS, handle: postLoadState },
  { method: 'GET', path: '/api/carichi', access: SEES_COMMUNITY, handle: getLoads },
  { method: 'POST', path: '/api/carichi/:casa/:carico', access: [...PEOPLE, 'integration'], handle: postOverride },
  { method: 'POST', path: '/api/case/:casa/chiave', access: ['technician', 'admin'], handle: newNodeKey },
  { method: 'GET', path: '/api/openapi.json', access: SEES_COMMUNITY, handle: getOpenApi },
  { method: 'GET', path: '/interfaccia', access: PEOPLE, handle: showReference },
  { method: 'GET', path: '/metrics', access: ['reader', 'technician', 'admin'], handle: getMetrics },
  { method: 'GET', path: '/healthz', access: 'anybody', handle: getHealth },
]
