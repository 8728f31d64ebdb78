import type { Child } from 'hono/jsx'
import { Icon, type IconName } from './icons.tsx'
import type { View } from './view.ts'
import { classes } from './view.ts'

interface CardProps {
  readonly id: string
  readonly title: string
  readonly note?: string
  readonly size?: 'day' | 'third' | 'half' | 'twothirds' | 'full'
  readonly stale?: boolean
  readonly children?: Child
}

/** A titled region of a page; `id` is the target of live pushes. */
export function Card({ id, title, note, size = 'full', stale = false, children }: CardProps) {
  return (
    <section id={id} class={classes('card', `card-${size}`, stale && 'stale')} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>
        {title}
        {note ? <small> {note}</small> : null}
      </h2>
      {children}
    </section>
  )
}

interface FigureProps {
  readonly icon: IconName
  readonly label: string
  readonly value: string
  readonly tone: 'solar' | 'home' | 'community' | 'grid' | 'export' | 'self'
  readonly arrow?: 'up' | 'down' | null
  readonly reason?: string | null
}

/** One large number with its name. `reason` says why there is none. */
export function Figure({ icon, label, value, tone, arrow = null, reason = null }: FigureProps) {
  return (
    <div class={`figure tone-${tone}`}>
      <dt>
        <Icon name={icon} />
        {label}
      </dt>
      <dd>
        {arrow ? <Icon name={arrow} /> : null}
        <span class="value">{value}</span>
        {reason ? <span class="reason">{reason}</span> : null}
      </dd>
    </div>
  )
}

/** A time and its age, which the browser counts on. */
export function Age({ at, view }: { readonly at: number; readonly view: View }) {
  const { f, reader } = view
  return (
    <time datetime={new Date(at).toISOString()} data-at={at}>
      {f.age(reader.now - at)}
    </time>
  )
}

/** A coloured word; the word alone says it. */
export function Badge({ tone, children }: { readonly tone: 'good' | 'bad' | 'quiet'; readonly children?: Child }) {
  return (
    <span class={`badge badge-${tone}`}>
      {tone === 'bad' ? <Icon name="warning" /> : tone === 'good' ? <Icon name="check" /> : null}
      {children}
    </span>
  )
}

/** Says that what a form sent was kept. */
export function Saved({ view, when }: { readonly view: View; readonly when: boolean }) {
  if (!when) return null
  return (
    <p role="status">
      <Badge tone="good">{view.t('settings.saved')}</Badge>
    </p>
  )
}

interface FieldProps extends Explained {
  readonly name: string
  /** Where a page has several fields of the same name. */
  readonly id?: string
  readonly label: string
  readonly value?: string
  readonly type?: 'text' | 'password' | 'date'
  readonly autocomplete?: string
  readonly inputmode?: 'decimal' | 'numeric' | null
  readonly required?: boolean
}

/** A labelled input with its hint and what was wrong with it. */
export function Field(props: FieldProps) {
  const { name, id = name, value = '', type = 'text', autocomplete = 'off', inputmode = null } = props
  return (
    <Labelled {...props} id={id}>
      <input
        id={id}
        name={name}
        type={type}
        value={type === 'password' ? undefined : value}
        autocomplete={autocomplete}
        autocapitalize="none"
        spellcheck={false}
        inputmode={inputmode ?? undefined}
        required={props.required ?? true}
        {...described(id, props)}
      />
    </Labelled>
  )
}

interface ChoiceProps extends Explained {
  readonly name: string
  /** Where a page has several choices of the same name. */
  readonly id?: string
  readonly label: string
  readonly value: string
  readonly options: readonly { readonly value: string; readonly text: string }[]
}

/** A labelled choice of one, with its hint and what was wrong with it. */
export function Choice(props: ChoiceProps) {
  const { name, id = name, value, options } = props
  return (
    <Labelled {...props} id={id}>
      <select id={id} name={name} {...described(id, props)}>
        {options.map((option) => (
          <option value={option.value} selected={option.value === value}>
            {option.text}
          </option>
        ))}
      </select>
    </Labelled>
  )
}

interface Explained {
  readonly hint?: string | null
  readonly error?: string | null
}

interface LabelledProps extends Explained {
  readonly id: string
  readonly label: string
  readonly children?: Child
}

function Labelled({ id, label, hint = null, error = null, children }: LabelledProps) {
  return (
    <p class={classes('field', error && 'field-wrong')}>
      <label for={id}>{label}</label>
      {hint ? (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      ) : null}
      {children}
      {error ? (
        <span class="error" id={`${id}-error`}>
          <Icon name="warning" />
          {error}
        </span>
      ) : null}
    </p>
  )
}

/** Ties an input to what `Labelled` says of it. */
function described(id: string, { hint, error }: Explained) {
  const by = classes(hint && `${id}-hint`, error && `${id}-error`)
  return { 'aria-describedby': by || undefined, 'aria-invalid': error ? ('true' as const) : undefined }
}

/** Lets a wide table move sideways in its place instead of the page, by keyboard too. */
export function Scroll({ name, children }: { readonly name: string; readonly children?: Child }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for inputs, and a section would be one more landmark
    <div class="scroll" tabindex={0} role="group" aria-label={name}>
      {children}
    </div>
  )
}
