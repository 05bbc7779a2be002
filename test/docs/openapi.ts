/**
 * docs/openapi.json: the description that the running API gives of itself, with nobody behind it.
 */
import { makeApp } from '../../api/app.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { makeWorld } from '../support/command-world.ts'

export interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly summary?: string; readonly tags?: readonly string[] }>>>>
}

const nobody = (): Promise<never> => Promise.reject(new Error('a description asks for nothing'))

export async function openApi(): Promise<Described> {
  const { ports, runner } = makeWorld()
  const app = makeApp({
    ports: { ...ports, system: { ...ports.system, version: packageJson.version } },
    runner,
    keys: { find: nobody, noteUse: nobody, over: nobody },
    idempotency: { begin: nobody, finish: nobody, abandon: nobody },
    database: { downSinceMs: () => undefined, onDown: () => () => {}, troubleOf: () => undefined },
    edge: { hosts: ['127.0.0.1', 'localhost'], origins: [], proxies: [], hasTls: false },
    log: () => {},
  })
  const response = await app.request('http://127.0.0.1/openapi.json')
  return (await response.json()) as Described
}

export const openApiText = async (): Promise<string> => `${JSON.stringify(await openApi(), undefined, 1)}\n`
