import { Card, Field, Scroll } from '../view/parts.tsx'
import { type CentralReader, centralDocument } from './frame.tsx'

export function centralSignIn(by: CentralReader, name: string, problem: 'sbagliato' | 'troppi' | null): string {
  return centralDocument(
    by,
    by.reader.language === 'it' ? 'Accesso alla centrale' : 'Sign in to the central',
    ({ t }) => (
      <section class="card narrow-card">
        {problem ? (
          <p class="error" role="alert">
            {problem === 'troppi' ? t('signIn.tooMany', { s: 60 }) : t('signIn.wrong')}
          </p>
        ) : null}
        <form method="post" action="/accesso">
          <Field name="nome" label={t('signIn.name')} value={name} autocomplete="username" />
          <Field name="password" label={t('signIn.password')} type="password" autocomplete="current-password" />
          <button type="submit" class="primary">
            {t('signIn.submit')}
          </button>
        </form>
        <p class="hint">{t('central.firstPerson')}</p>
      </section>
    ),
  )
}

export interface AuditPage {
  readonly entries: readonly {
    readonly at: number
    readonly who: string
    readonly what: string
    readonly detail: string
  }[]
  readonly people: readonly { readonly name: string; readonly role: string }[]
}

export function auditPage({ entries, people }: AuditPage, by: CentralReader): string {
  return centralDocument(by, by.reader.language === 'it' ? 'Registro' : 'Audit log', ({ t, f }) => (
    <div class="cards">
      <Card id="persone" title={t('nav.people')} size="half">
        <ul>
          {people.map((person) => (
            <li>
              {person.name}: {person.role}
            </li>
          ))}
        </ul>
      </Card>
      <Card id="registro" title={t('central.audit')}>
        <Scroll name={t('central.audit')}>
          <table>
            <tbody>
              {entries.map((entry) => (
                <tr>
                  <th scope="row">{f.dateTime(entry.at)}</th>
                  <td>{entry.who}</td>
                  <td>{entry.what}</td>
                  <td>{entry.detail}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </Card>
    </div>
  ))
}
