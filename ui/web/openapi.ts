import { openApi } from '../api/openapi.ts'
import { referencePage } from '../pages/reference.tsx'
import { html } from './answers.ts'
import type { RouteContext } from './context.ts'
import { readerOf } from './context.ts'
import { json } from './problem.ts'

/** `GET /api/openapi.json`. */
export function getOpenApi({ deps }: RouteContext): Response {
  return json(openApi(deps.version))
}

/** `GET /interfaccia`: the same for people. */
export function showReference(context: RouteContext): Response {
  return html(context, referencePage(readerOf(context)))
}
