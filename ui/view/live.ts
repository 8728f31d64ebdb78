/** A region of a page that is pushed again while the page is open. Its element carries `id`. */
export interface LivePart {
  readonly id: string
  readonly html: string
}

/** One server-sent message: every part replaces the region of its id, keeping focus and what is folded open. */
export function partials(parts: readonly LivePart[]): string {
  return parts
    .map(({ id, html }) => `<hx-partial hx-target="#${id}" hx-swap="outerMorph">${html}</hx-partial>`)
    .join('')
}
