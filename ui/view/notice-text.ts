import type { Notice, NoticeLine } from '../../hub/domain/notice.ts'
import type { Language } from '../view-models.ts'
import { formatFor } from './format.ts'
import { translator } from './messages.ts'

/** More lines than these are counted, not written. */
const LINES = 30

/** A message about alerts in the words of a language: what happened where, and what to do about what is open. */
export function noticeText(
  { kind, lines }: Notice,
  { language, zone, community }: { language: Language; zone: string; community: string },
): { readonly subject: string; readonly text: string } {
  const t = translator(language)
  const f = formatFor(language, zone)
  const [first] = lines
  const titleOf = ({ what, house, code }: NoticeLine) => t(`notice.${what}`, { house, alert: t(`alert.${code}.title`) })
  const subject =
    kind === 'digest' || lines.length !== 1 || !first ? t.count('notice.subject', lines.length) : titleOf(first)
  const written = lines.slice(0, LINES).map((line) => {
    const from = f.dateTime(line.openedAt)
    const when = line.closedAt === null ? from : t('notice.span', { from, to: f.dateTime(line.closedAt) })
    const todo = line.what === 'opened' ? `\n  ${t('alerts.todo')} ${t(`alert.${line.code}.todo`)}` : ''
    return `- ${titleOf(line)} (${when})${todo}`
  })
  const more = lines.length - written.length
  return {
    subject: `${community}: ${subject}`,
    text: [
      ...(kind === 'digest' ? [t('notice.digest')] : []),
      ...written,
      ...(more > 0 ? [t.count('notice.more', more)] : []),
      '',
      t('notice.foot'),
    ].join('\n'),
  }
}
