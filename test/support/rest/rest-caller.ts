/**
 * Asks an app of the API in this process, as a program would over HTTP.
 */
import type { makeApp } from '../../../api/app.ts'

export type Body = Readonly<Record<string, unknown>> & { readonly data: readonly Readonly<Record<string, unknown>>[] }
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

/** `headers.token` is another key than the usual one. */
export const caller =
  (app: ReturnType<typeof makeApp>, usual: string) =>
  async (
    method: string,
    path: string,
    body?: unknown,
    { token = usual, ...headers }: Readonly<Record<string, string>> = {},
  ): Promise<Answer> => {
    const response = await app.request(`http://127.0.0.1/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as Body }
  }
