import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type Context, Hono } from 'hono'
import type { Result } from '../../hub/domain/result.ts'
import { fail, ok } from '../../hub/domain/result.ts'
import { hashKey } from '../../hub/store/key-hash.ts'
import { type Batch, batchSchema, enrolSchema, FORMAT, LIMITS, PATHS, type Problem } from '../protocol.ts'
import type { Central } from './database.ts'
import { addToken, auditCentral, enrol, hubOfToken, noteProblem } from './hubs.ts'
import { Partitions } from './partitions.ts'
import { writeBatch } from './write-batch.ts'

export interface ApiDeps {
  readonly central: Central
  readonly now: () => number
  readonly makeToken: () => string
  readonly log: { readonly error: (fields: object, message: string) => void }
}

type Errors = NonNullable<Problem['errors']>

const unpack = promisify(gunzip)
const MOST_ERRORS = 20
const ENROL_BYTES = 4_096
/** Wrong codes a process takes in a minute, from everybody together: 40 bits would take for ever. */
const WRONG_CODES = 30

/** What hubs say to the central: docs/sync.md. Keeps nothing between two requests but how many wrong codes there were. */
export function hubApi({ central, now, makeToken, log }: ApiDeps): Hono {
  const app = new Hono()
  const partitions = new Partitions()
  let wrong = { since: 0, count: 0 }

  app.post(PATHS.enrol, async (c) => {
    if (now() - wrong.since > 60_000) wrong = { since: now(), count: 0 }
    if (wrong.count >= WRONG_CODES)
      return problem(c, 429, 'Too many wrong codes: try again in a minute.', [], { 'retry-after': '60' })
    const body = enrolSchema.safeParse(await smallJson(c.req.raw))
    if (!body.success) return problem(c, 400, 'Expected {"codice":…,"programma":…}.', issuesOf(body.error))
    const token = makeToken()
    const codeHash = hashKey(body.data.codice.trim().toUpperCase())
    const hub = await enrol(central.db, { codeHash, tokenHash: hashKey(token), now: now() })
    if (hub === null) {
      wrong.count += 1
      return problem(c, 401, 'This code is not known, was used, or is older than 7 days: ask for a new one.')
    }
    await auditCentral(central.db, { at: now(), who: `hub ${hub}`, what: 'hub.enrol', detail: body.data.programma })
    return c.json({ hub, token }, 201)
  })

  app.post(PATHS.token, async (c) => {
    const hub = await hubOf(c)
    if (hub === null) return unauthorised(c)
    const token = makeToken()
    await addToken(central.db, { hub, tokenHash: hashKey(token), now: now() })
    await auditCentral(central.db, { at: now(), who: `hub ${hub}`, what: 'hub.token', detail: null })
    return c.json({ token })
  })

  app.post(PATHS.batches, async (c) => {
    const hub = await hubOf(c)
    if (hub === null) return unauthorised(c)
    const read = await readBatch(c)
    const checked = read.ok ? check(read.value, hub) : read
    if (!checked.ok) {
      const { status, detail, errors } = checked.error
      await noteProblem(central.db, hub, detail.slice(0, 300), now())
      return problem(c, status, detail, errors)
    }
    const receipt = await writeBatch(central, partitions, checked.value, now())
    return receipt ? c.json(receipt) : unauthorised(c)
  })

  app.onError((error, c) => {
    log.error({ error: String(error), path: c.req.path }, 'a request failed')
    return problem(c, 503, 'The central could not store this: send it again later.', [], { 'retry-after': '30' })
  })

  function check(value: unknown, hub: string): Result<Batch, Refused> {
    const shape = value as { formato?: unknown; hub?: unknown } | null
    if (typeof shape === 'object' && shape !== null) {
      if (shape.formato !== FORMAT) {
        const errors = [{ campo: 'formato', valore: shape.formato ?? null, atteso: `${FORMAT}` }]
        return fail({ status: 409, detail: 'This central does not know this format.', errors })
      }
      if (shape.hub !== hub) {
        const errors = [{ campo: 'hub', valore: shape.hub ?? null, atteso: hub }]
        return fail({ status: 403, detail: 'A hub writes only its own rows.', errors })
      }
    }
    const batch = batchSchema.safeParse(value, { reportInput: true })
    const errors = batch.success ? futureRows(batch.data.righe) : issuesOf(batch.error)
    if (batch.success && errors.length === 0) return ok(batch.data)
    const rows = new Set(errors.map(({ campo }) => /^righe\.(\d+)/.exec(campo)?.[1]))
    const what = `${rows.size} ${rows.size === 1 ? 'row is' : 'rows are'} wrong`
    return fail({ status: 422, detail: `Nothing was stored: ${what}.`, errors })
  }

  function futureRows(rows: readonly { readonly inizio: number }[]): Errors {
    const clock = Math.floor(now() / 1000)
    return rows.flatMap(({ inizio }, i) =>
      inizio > clock + LIMITS.aheadS
        ? [
            {
              campo: `righe.${i}.inizio`,
              valore: inizio,
              atteso: `no later than an hour ahead of the central's clock (${clock})`,
            },
          ]
        : [],
    )
  }

  async function hubOf(c: Context): Promise<string | null> {
    const token = /^Bearer (\S{20,200})$/.exec(c.req.header('authorization') ?? '')?.[1]
    return token === undefined ? null : hubOfToken(central.db, hashKey(token), now())
  }

  return app
}

type Refused = { readonly status: number; readonly detail: string; readonly errors: Errors }

async function readBatch(c: Context): Promise<Result<unknown, Refused>> {
  if (!/^application\/json\b/.test(c.req.header('content-type') ?? ''))
    return fail({ status: 415, detail: 'Expected Content-Type: application/json.', errors: [] })
  const packed = await readAtMost(c.req.raw, LIMITS.gzipBytes)
  if (packed === null) return fail(tooLarge(`over ${LIMITS.gzipBytes} bytes packed`))
  const text = await unpack(packed, { maxOutputLength: LIMITS.jsonBytes }).catch(
    (error: NodeJS.ErrnoException) => error,
  )
  if (text instanceof Error)
    return fail(
      text.code === 'ERR_BUFFER_TOO_LARGE'
        ? tooLarge(`over ${LIMITS.jsonBytes} bytes unpacked`)
        : { status: 400, detail: 'This is not gzip.', errors: [] },
    )
  try {
    return ok(JSON.parse(text.toString('utf8')) as unknown)
  } catch {
    return fail({ status: 400, detail: 'This is not JSON.', errors: [] })
  }
}

function tooLarge(what: string): Refused {
  return { status: 413, detail: `The batch is ${what}: send fewer rows at once.`, errors: [] }
}

async function readAtMost(request: Request, most: number): Promise<Buffer | null> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of request.body ?? []) {
    size += part.length
    if (size > most) return null
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function issuesOf(error: {
  readonly issues: readonly {
    readonly path: readonly PropertyKey[]
    readonly message: string
    readonly input?: unknown
  }[]
}): Errors {
  return error.issues
    .slice(0, MOST_ERRORS)
    .map(({ path, message, input }) => ({ campo: path.map(String).join('.'), valore: shown(input), atteso: message }))
}

function shown(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, 100)
  return typeof value === 'number' || typeof value === 'boolean' ? value : null
}

async function smallJson(request: Request): Promise<unknown> {
  const text = await readAtMost(request, ENROL_BYTES)
  try {
    return JSON.parse(text?.toString('utf8') ?? '') as unknown
  } catch {
    return null
  }
}

function unauthorised(c: Context): Response {
  return problem(c, 401, 'The token is missing, wrong or revoked.', [], { 'www-authenticate': 'Bearer' })
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
}

export function problem(
  c: Context,
  status: number,
  detail: string,
  errors: Errors = [],
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    ...(errors.length > 0 && { errors }),
  }
  return c.body(JSON.stringify(body), status as 400, { ...headers, 'content-type': 'application/problem+json' })
}
