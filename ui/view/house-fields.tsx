import type { Errors, HouseField, Values } from '../models/admin.ts'
import { Icon } from './icons.tsx'
import { Field } from './parts.tsx'
import type { View } from './view.ts'

interface Props {
  readonly view: View
  readonly values: Values<HouseField>
  readonly errors: Errors<HouseField>
  /** With its code, for a new house. */
  readonly withId: boolean
}

/** The fields of a house's form, with what was wrong with them. */
export function HouseFields({ view, values, errors, withId }: Props) {
  const { t } = view
  const field = (name: HouseField, options: { optional?: boolean; numeric?: boolean } = {}) => {
    const error = errors[name]
    return (
      <Field
        name={name}
        label={t(`houses.${name}`)}
        hint={t(`houses.${name}.hint`)}
        value={values[name]}
        error={error ? t(`form.error.${error}`) : null}
        required={!options.optional}
        inputmode={options.numeric ? 'decimal' : null}
      />
    )
  }
  return (
    <>
      {Object.keys(errors).length > 0 ? (
        <p class="error" role="alert">
          <Icon name="warning" />
          {t('settings.failed')}
        </p>
      ) : null}
      {withId ? field('id') : null}
      {field('nome', { optional: true })}
      {field('picco', { numeric: true })}
      {field('inclinazione', { optional: true, numeric: true })}
      {field('orientamento', { optional: true, numeric: true })}
      {field('limite', { optional: true, numeric: true })}
    </>
  )
}
