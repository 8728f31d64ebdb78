import type { Reader, Role } from '../view-models.ts'
import { Icon, type IconName } from './icons.tsx'
import type { View } from './view.ts'

/** Every page of the navigation: its address and its icon. Its name is the message `nav.PAGE`. */
const PAGES = {
  house: { path: '/', icon: 'house' },
  community: { path: '/comunita', icon: 'neighbours' },
  forecast: { path: '/previsione', icon: 'sun' },
  loads: { path: '/carichi', icon: 'plug' },
  history: { path: '/storico', icon: 'calendar' },
  alerts: { path: '/avvisi', icon: 'bell' },
  sharing: { path: '/condivisione', icon: 'share' },
  plant: { path: '/impianto', icon: 'wrench' },
  cleaning: { path: '/pulizia', icon: 'sun' },
  log: { path: '/registro', icon: 'list' },
  houses: { path: '/case', icon: 'roofs' },
  people: { path: '/persone', icon: 'people' },
  audit: { path: '/modifiche', icon: 'pencil' },
  tariffs: { path: '/tariffe', icon: 'euro' },
  notify: { path: '/notifiche', icon: 'bell' },
  sync: { path: '/sincronia', icon: 'up' },
  settings: { path: '/impostazioni', icon: 'gear' },
  profile: { path: '/profilo', icon: 'person' },
} as const satisfies { readonly [page: string]: { readonly path: string; readonly icon: IconName } }

export type PageName = keyof typeof PAGES

/** What each role has at hand, at most five (the bottom of a phone), and what lies under "more". */
const MENUS: { readonly [R in Role]: { readonly tabs: readonly PageName[]; readonly more: readonly PageName[] } } = {
  resident: { tabs: ['house', 'community', 'history', 'alerts'], more: ['loads', 'forecast', 'sharing', 'profile'] },
  technician: {
    tabs: ['plant', 'house', 'community', 'alerts'],
    more: ['loads', 'forecast', 'history', 'sharing', 'cleaning', 'log', 'profile'],
  },
  admin: {
    tabs: ['house', 'community', 'history', 'alerts'],
    more: [
      'loads',
      'forecast',
      'sharing',
      'cleaning',
      'plant',
      'houses',
      'people',
      'tariffs',
      'notify',
      'sync',
      'settings',
      'log',
      'audit',
      'profile',
    ],
  },
}

interface Props {
  readonly view: View
  readonly user: NonNullable<Reader['user']>
  readonly page: PageName | undefined
}

/** The way to every page: tabs, and a menu for the rest that works without a script. */
export function Navigation({ view, user, page }: Props) {
  const { t } = view
  const { tabs, more } = MENUS[user.role]
  const inMenu = page !== undefined && more.includes(page)
  return (
    <nav class="pages" aria-label={t('app.menu')}>
      <ul>
        {tabs.map((name) => (
          <li>
            <PageLink view={view} name={name} page={page} />
          </li>
        ))}
        <li>
          <details class="more" data-closes>
            <summary class={inMenu ? 'here' : undefined}>
              <Icon name="more" />
              <span>{t('nav.more')}</span>
            </summary>
            <div class="menu">
              <ul>
                {more.map((name) => (
                  <li>
                    <PageLink view={view} name={name} page={page} />
                  </li>
                ))}
              </ul>
              <form method="post" action="/uscita">
                <button type="submit" class="quiet">
                  <Icon name="leave" />
                  <span>{t('app.signOut')}</span>
                </button>
              </form>
            </div>
          </details>
        </li>
      </ul>
    </nav>
  )
}

function PageLink({ view, name, page }: Pick<Props, 'view' | 'page'> & { readonly name: PageName }) {
  const { reader, t } = view
  const { path, icon } = PAGES[name]
  return (
    <a href={path} aria-current={name === page ? 'page' : undefined}>
      <Icon name={icon} />
      <span>{t(`nav.${name}`)}</span>
      {name === 'alerts' && reader.openAlerts > 0 ? (
        <span class="count">
          <span aria-hidden="true">{reader.openAlerts}</span>
          <span class="unseen">{t.count('app.openAlerts', reader.openAlerts)}</span>
        </span>
      ) : null}
    </a>
  )
}
