import { z } from 'zod'
import {
  alertsAnswer,
  balanceBody,
  co2Answer,
  commandResultBody,
  commandsAnswer,
  communityAnswer,
  dashboardAnswer,
  forecastAnswer,
  healthAnswer,
  historyAnswer,
  loadAnswer,
  loadStateBody,
  loadsAnswer,
  nodeKeyAnswer,
  overrideBody,
  posted,
  problem,
  productionBody,
  tariffAnswer,
} from './schemas.ts'

interface Operation {
  readonly method: 'get' | 'post'
  readonly path: string
  readonly summary: string
  readonly query?: readonly { readonly name: string; readonly text: string }[]
  readonly body?: z.ZodType
  readonly answer?: z.ZodType
  /** Status of the answer; 200 where it is left out. */
  readonly status?: 200 | 201
  /** Media type of an answer that is no JSON. */
  readonly type?: string
  /** What may go wrong, beside 401 and 403. */
  readonly problems?: readonly number[]
}

const HOUSE = { name: 'casa', text: 'id of a house; left out = the community' }
const SPAN = [
  { name: 'da', text: 'included: ISO time, or a date in the community’s zone; a day before `a` where it is left out' },
  { name: 'a', text: 'excluded; now where it is left out' },
]
const POST_PROBLEMS = [400, 404, 413, 415, 422, 503]

/** Every way into the hub for programs. The test holds this list to the table of routes. */
export const OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/api/produzione',
    summary: 'A reading of the production; answered when it is on disk',
    body: productionBody,
    answer: posted,
    status: 201,
    problems: POST_PROBLEMS,
  },
  {
    method: 'post',
    path: '/api/bilancio',
    summary: 'A reading of production and consumption; answered when it is on disk',
    body: balanceBody,
    answer: posted,
    status: 201,
    problems: POST_PROBLEMS,
  },
  {
    method: 'get',
    path: '/api/comandi',
    summary: 'Commands for a node that only speaks HTTP; asking renews',
    query: [{ name: 'casa', text: 'id of the node’s house' }],
    answer: commandsAnswer,
    problems: [404, 422],
  },
  {
    method: 'post',
    path: '/api/comandi/esito',
    summary: 'What became of a command',
    body: commandResultBody,
    answer: posted,
    status: 201,
    problems: POST_PROBLEMS,
  },
  {
    method: 'post',
    path: '/api/carico/stato',
    summary: 'The state of a load',
    body: loadStateBody,
    answer: posted,
    status: 201,
    problems: POST_PROBLEMS,
  },
  { method: 'get', path: '/api/dashboard', summary: 'Every plant now, and the mean yield', answer: dashboardAnswer },
  {
    method: 'get',
    path: '/api/comunita/stato',
    summary: 'Live powers and who gives to whom, as the asker may see them',
    answer: communityAnswer,
  },
  {
    method: 'get',
    path: '/api/previsione',
    summary: 'Production expected today and in the next days',
    query: [HOUSE],
    answer: forecastAnswer,
    problems: [404, 409, 503],
  },
  {
    method: 'get',
    path: '/api/tariffa',
    summary: 'What a kWh costs in each hour to come, in the form evcc reads as a custom tariff',
    answer: tariffAnswer,
  },
  {
    method: 'get',
    path: '/api/co2',
    summary: 'CO2 in numbers that are never added up',
    query: [...SPAN, HOUSE],
    answer: co2Answer,
    problems: [404, 422],
  },
  {
    method: 'get',
    path: '/api/storico',
    summary: 'Energy by intervals; `Accept: text/csv` gives the same columns',
    query: [...SPAN, { name: 'passo', text: '5m, 15m, 1h (default), 1d or 1mo' }, HOUSE],
    answer: historyAnswer,
    problems: [404, 422],
  },
  { method: 'get', path: '/api/avvisi', summary: 'Alerts, the open ones first', answer: alertsAnswer },
  { method: 'get', path: '/api/carichi', summary: 'Loads with state, reason and timers', answer: loadsAnswer },
  {
    method: 'post',
    path: '/api/carichi/:casa/:carico',
    summary: 'A person takes over a load, for a time',
    body: overrideBody,
    answer: loadAnswer,
    problems: [400, 404, 415, 422],
  },
  {
    method: 'post',
    path: '/api/case/:casa/chiave',
    summary: 'A new key for the node of a house; the old one is worthless from then on. For technician tokens',
    answer: nodeKeyAnswer,
    status: 201,
    problems: [404],
  },
  { method: 'get', path: '/api/openapi.json', summary: 'This description' },
  { method: 'get', path: '/metrics', summary: 'Figures for Prometheus', type: 'text/plain' },
  { method: 'get', path: '/healthz', summary: 'Well (200) or not (503)', answer: healthAnswer },
]

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'Not JSON',
  401: 'No token, or one that is not good',
  403: 'This role may not do that',
  404: 'No such house, or load',
  409: 'Something is missing first: the sentence says what',
  413: 'Over 64 KiB',
  415: 'Not application/json',
  422: 'A field is wrong: `errors` says which, what it held and what would be right',
  503: 'Storage is unavailable: send it again',
}

/** The OpenAPI 3.1 description of the hub's interface for programs. */
export function openApi(version: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of OPERATIONS) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [operation.method]: describe(operation) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Solar Family',
      version,
      description: 'Each path works with and without a trailing slash. Power in W, energy in Wh, time in UTC.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'solar-family token create --role ROLE' },
        node: { type: 'http', scheme: 'basic', description: 'house id and node key; for posting readings' },
      },
      schemas: { Problem: schemaOf(problem) },
    },
  }
}

function describe({ path, summary, query = [], body, answer, status = 200, type, problems = [] }: Operation): object {
  const open = path === '/healthz'
  const failing = open ? [503] : [401, 403, ...problems]
  const parameters = [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...query.map(({ name, text }) => ({ name, in: 'query', description: text, schema: { type: 'string' } })),
  ]
  const media = type ?? 'application/json'
  return {
    summary,
    ...(open ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } } } : {}),
    responses: {
      [status]: {
        description: status === 201 ? 'Stored' : 'The answer',
        ...(answer || type ? { content: { [media]: { schema: answer ? schemaOf(answer) : { type: 'string' } } } } : {}),
      },
      ...Object.fromEntries(failing.map((code) => [code, problemOf(code)])),
    },
  }
}

function problemOf(code: number): object {
  return {
    description: PROBLEMS[code] ?? 'A problem',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  }
}

export function schemaOf(schema: z.ZodType): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' })
  return rest
}
