/**
 * A configuration of two keys, one of them secret.
 */
import type { ConfiguredValue } from '../../../api/ports/ports.ts'

export const CONFIGURED: readonly ConfiguredValue[] = [
  { key: 'api.port', value: 8080, origin: 'default', isSecret: false, envName: 'BALLAST__API__PORT', allowed: 'a port' },
  { key: 'telegram.token', value: '•••', origin: 'file c.json', isSecret: true, envName: 'BALLAST__TELEGRAM__TOKEN', allowed: 'a token' },
]
