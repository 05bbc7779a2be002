/**
 * The ports that a configuration listens on, and another one for whose port is taken.
 */
import type { Config } from './sections/config-schema.ts'
import { hasSimulator } from './exchange-access.ts'

export interface PortUse {
  readonly name: PartName
  readonly host: string
  readonly port: number
  /** Whose lock shows that it is ours. */
  readonly roles: readonly string[]
}

/** Ports that this configuration listens on. */
export function portsOf(config: Config): readonly PortUse[] {
  const { api, hooks, telegram } = config
  const hasWebhook = telegram.webhookUrl !== undefined && telegram.webhookSecret !== undefined
  return [
    { name: 'api', host: api.host, port: api.port, roles: ['api'] },
    ...(hasWebhook ? [{ name: 'hooks' as const, host: '127.0.0.1', port: hooks.port, roles: ['bots'] }] : []),
    ...(hasSimulator(config) ? [{ name: 'sim' as const, host: '127.0.0.1', port: config.sim.port, roles: ['simulator'] }] : []),
  ]
}

/** As a part's keys in the configuration are called. */
type PartName = 'api' | 'hooks' | 'sim'

/** `BALLAST__API__PORT=8082`: the key of the part, and the next port that no other part has, whether it listens or not. */
export function otherPort(config: Config, name: PartName): string {
  const { api, hooks, sim } = config
  const taken = new Set([api.port, hooks.port, sim.port])
  let port = config[name].port
  while (taken.has(port)) port = port < 65_535 ? port + 1 : 1_024
  return `BALLAST__${name.toUpperCase()}__PORT=${port}`
}
