import { expect, it } from 'vitest'
import { ROUTES } from '../routes.ts'
import { OPERATIONS, openApi } from './openapi.ts'

const PROGRAMS = /^\/(api\/|metrics$|healthz$)/

it('describes every way into the hub for programs, and none that is not there', () => {
  const described = OPERATIONS.map((o) => `${o.method.toUpperCase()} ${o.path}`)
  const routed = ROUTES.filter((route) => PROGRAMS.test(route.path)).map((route) => `${route.method} ${route.path}`)
  expect(described.sort()).toEqual(routed.sort())
})

it('is a whole OpenAPI 3.1 document: what it refers to is there, and every answer has a description', () => {
  const text = JSON.stringify(openApi('1.2.3'))
  const document = JSON.parse(text)
  expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } })
  for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
    expect(document.components.schemas).toHaveProperty(name)
  for (const operations of Object.values(document.paths) as Record<string, { responses: object }>[]) {
    for (const { responses } of Object.values(operations)) {
      for (const response of Object.values(responses)) expect(response.description).toMatch(/\w/)
    }
  }
})
