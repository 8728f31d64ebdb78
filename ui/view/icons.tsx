/** Our few icons as strokes on a 24 x 24 grid. They are decoration: the text beside them says the same. */
const PATHS = {
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2',
  house: 'M3 11 12 3.5 21 11M5.5 9.5V20h13V9.5M10 20v-6h4v6',
  neighbours: 'M2 13l5-4.5L12 13M3.5 12v8h7v-8M12 11l5-4.5 5 4.5M13.5 12v8h7v-8',
  pylon: 'M8 22 11 3h2l3 19M5 8h14M6 13h12M9.5 13l5 5M14.5 13l-5 5',
  gear: 'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6M12 2.5v3M12 18.5v3M3.8 7.2l2.6 1.5M17.6 15.3l2.6 1.5M3.8 16.8l2.6-1.5M17.6 8.7l2.6-1.5',
  wrench: 'M20.5 6.5a5 5 0 0 1-6.6 6.3L7 20l-3-3 7.2-6.9a5 5 0 0 1 6.3-6.6L14.5 6.5l.5 2.5 2.5.5z',
  list: 'M5 6.5h14M5 12h14M5 17.5h9',
  calendar: 'M4 6h16v14H4zM4 10.5h16M8.5 3.5v4M15.5 3.5v4M8 14h2M14 14h2M8 17h2',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6',
  euro: 'M18 6.5A7 7 0 1 0 18 17.5M4 10.5h9M4 13.5h9',
  share: 'M12 12V3M12 12l7.5 4.5M12 12l-7.5 4.5M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18',
  people:
    'M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M2.5 20c.5-3.5 3-5.5 6.5-5.5s6 2 6.5 5.5M16 5.5a3.2 3.2 0 0 1 0 6.2M18 14.8c2 .7 3.2 2.5 3.5 5.2',
  roofs: 'M4 20V9l8-5.5L20 9v11zM9.5 20v-5h5v5',
  pencil: 'M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19zM13.5 7l3.5 3.5',
  more: 'M5 11a1 1 0 1 0 0 2 1 1 0 0 0 0-2M12 11a1 1 0 1 0 0 2 1 1 0 0 0 0-2M19 11a1 1 0 1 0 0 2 1 1 0 0 0 0-2',
  bell: 'M6 17v-6a6 6 0 0 1 12 0v6l1.5 1.5h-15zM10 21h4',
  plug: 'M9 3v5M15 3v5M6.5 8h11v3.5a5.5 5.5 0 0 1-11 0zM12 17v4',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v5.5M12 7.5v.5',
  up: 'M12 20V4M5.5 10.5 12 4l6.5 6.5',
  down: 'M12 4v16M5.5 13.5 12 20l6.5-6.5',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
  leave: 'M14 4H5v16h9M10 12h11M17 8l4 4-4 4',
  check: 'M4.5 12.5 10 18 20 6.5',
  warning: 'M12 3.5 22 20.5H2zM12 10v5M12 17.5v.5',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.8"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  )
}
