import type { KioskPage } from '../models/kiosk.ts'
import type { Reader } from '../view-models.ts'
import { viewFor } from './view.ts'

const WIDTH = 800
const HEIGHT = 480
const LEFT = 36
const BAR = { y: 216, height: 64, width: WIDTH - 2 * LEFT }

/** The wall display as one picture in black, white and patterns, for electronic paper. Stands alone: no style sheet, no font of its own. */
export function kioskSvg(page: KioskPage, reader: Reader): string {
  const { t, f } = viewFor(reader)
  const known = page.heard > 0
  const gives = page.gridExportW > 0
  const grid = page.gridExportW + page.gridImportW
  const self = Math.max(0, page.productionW - page.sharedW - page.gridExportW)
  const parts = [
    { id: 'self', text: t('figure.selfConsumption'), w: self },
    { id: 'shared', text: t('kiosk.sharedNow'), w: page.sharedW },
    { id: 'grid', text: gives ? t('figure.toGrid') : t('figure.fromGrid'), w: grid },
  ].filter((part) => known && part.w > 0)
  const total = parts.reduce((sum, part) => sum + part.w, 0)
  let x = LEFT
  const bars = parts.map((part) => {
    const width = (part.w / total) * BAR.width
    x += width
    return { ...part, x: x - width, width }
  })
  const now = [
    { label: t('figure.production'), value: f.power(known ? page.productionW : null) },
    { label: t('figure.consumption'), value: f.power(known ? page.consumptionW : null) },
    { label: gives ? t('figure.toGrid') : t('figure.fromGrid'), value: f.power(known ? grid : null) },
  ]
  const today = [
    { label: t('kiosk.produced'), value: f.energy(page.today.producedWh) },
    { label: t('kiosk.shared'), value: f.energy(page.today.sharedWh) },
    { label: t('kiosk.sufficiency'), value: f.percent(page.today.selfSufficiencyRate) },
  ]
  const column = (i: number) => LEFT + (i * BAR.width) / 3
  const svg = (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      font-family="Inter, 'DejaVu Sans', Arial, sans-serif"
      fill="#000000"
    >
      <title>{reader.community}</title>
      <defs>
        <pattern id="shared" width="8" height="8" patternUnits="userSpaceOnUse">
          <path d="M2 0V8M6 0V8" stroke="#000000" stroke-width="2" />
        </pattern>
        <pattern id="grid" width="10" height="10" patternUnits="userSpaceOnUse">
          <path d="M-2 2 2-2M0 10 10 0M8 12 12 8" stroke="#000000" stroke-width="1.5" />
        </pattern>
      </defs>
      <rect width={WIDTH} height={HEIGHT} fill="#ffffff" />
      <text x={LEFT} y="48" font-size="26" font-weight="700">
        {reader.community}
      </text>
      <text x={WIDTH - LEFT} y="48" font-size="22" text-anchor="end">
        {f.dateTime(reader.now)}
      </text>
      {now.map(({ label, value }, i) => (
        <g>
          <text x={column(i)} y="104" font-size="22">
            {label}
          </text>
          <text x={column(i)} y="164" font-size="44" font-weight="700">
            {value}
          </text>
        </g>
      ))}
      <rect x={LEFT} y={BAR.y} width={BAR.width} height={BAR.height} fill="none" stroke="#000000" stroke-width="2" />
      {bars.map((bar) => (
        <rect
          x={round(bar.x)}
          y={BAR.y}
          width={round(bar.width)}
          height={BAR.height}
          fill={bar.id === 'self' ? '#000000' : `url(#${bar.id})`}
          stroke="#000000"
          stroke-width="2"
        />
      ))}
      {bars.map((bar, i) => (
        <text x={column(i)} y="312" font-size="20">
          {`${bar.text} ${f.power(bar.w)}`}
        </text>
      ))}
      <path d={`M${LEFT} 344H${WIDTH - LEFT}`} stroke="#000000" stroke-width="2" />
      {today.map(({ label, value }, i) => (
        <g>
          <text x={column(i)} y="384" font-size="20">
            {label}
          </text>
          <text x={column(i)} y="434" font-size="40" font-weight="700">
            {value}
          </text>
        </g>
      ))}
    </svg>
  )
  return `<?xml version="1.0" encoding="UTF-8"?>${svg}`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
