import type { Child } from 'hono/jsx'
import type { View } from './view.ts'

interface SelectProps {
  readonly view: View
  readonly houses: readonly string[]
  /** null = the community. */
  readonly chosen: string | null
  /** Whether the community can be chosen as well. */
  readonly orCommunity?: boolean
}

/** Which house, or the community. */
export function HouseSelect({ view: { t }, houses, chosen, orCommunity = false }: SelectProps) {
  return (
    <>
      <label for="casa-scelta">{t(orCommunity ? 'history.whose' : 'house.choose')}</label>
      <select id="casa-scelta" name="casa">
        {orCommunity ? (
          <option value="comunita" selected={chosen === null}>
            {t('history.community')}
          </option>
        ) : null}
        {houses.map((id) => (
          <option value={id} selected={id === chosen}>
            {id}
          </option>
        ))}
      </select>
    </>
  )
}

interface ChoiceProps extends SelectProps {
  readonly action: string
  /** What stays as it is in the address. */
  readonly children?: Child
}

/** Goes to the same page of another house; nothing where there is no other. */
export function HouseChoice({ action, children, ...select }: ChoiceProps) {
  if (select.houses.length === 0) return null
  return (
    <form class="choice" method="get" action={action} data-submit>
      <HouseSelect {...select} />
      {children}
      <button type="submit" class="quiet">
        {select.view.t('day.go')}
      </button>
    </form>
  )
}
