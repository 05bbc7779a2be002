/**
 * Paths that end in a verb, `/alerts/{id}:ack`. The router takes a whole segment for a parameter, so that inside they are `/alerts/{id}/ack:`;
 * requests, the OpenAPI document, errors and metrics have them as they are written.
 */
import { getPath } from 'hono/utils/url'

/** `/alerts/{id}:ack` to `/alerts/{id}/ack:`. */
export const toRouted = (path: string): string => path.replace(/:([a-z-]+)$/i, '/$1:')

/** Back, of a pattern or of the path of a request. */
export const toWritten = (path: string): string => path.replace(/\/([a-z-]+):$/i, ':$1')

/** The path of a request as the router looks for it. Only what is posted ends in a verb; a symbol may hold a colon. */
export function routedPath(request: Request): string {
  const path = getPath(request)
  return request.method === 'POST' ? toRouted(path) : path
}

/** An OpenAPI document with its paths as they are written. */
export const withWrittenPaths = <D extends { readonly paths?: object | undefined }>(document: D): D => ({
  ...document,
  paths: Object.fromEntries(Object.entries(document.paths ?? {}).map(([path, item]: [string, unknown]) => [toWritten(path), item])),
})
