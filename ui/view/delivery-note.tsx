import type { TestDelivery } from '../models/notify.ts'
import { Icon } from './icons.tsx'
import { Badge } from './parts.tsx'
import type { View } from './view.ts'

/** What really came of a test message. */
export function DeliveryNote({ view: { t }, test }: { readonly view: View; readonly test: TestDelivery }) {
  const channel = t(`notify.channel.${test.channel}`)
  return test.delivery.ok ? (
    <p role="status">
      <Badge tone="good">{t('notify.delivered', { channel })}</Badge>
    </p>
  ) : (
    <p class="error" role="alert">
      <Icon name="warning" />
      {t('notify.failed', { channel, why: test.delivery.problem })}
    </p>
  )
}
