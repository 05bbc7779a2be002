/**
 * A configuration of a few keys: one is secret, one is hot, one is read again by a reload.
 */
import type { ConfiguredValue } from '../../../api/ports/ports.ts'

export const CONFIGURED: readonly ConfiguredValue[] = [
  { key: 'api.port', value: 8080, origin: 'default', isSecret: false, envName: 'BALLAST__API__PORT', allowed: 'a port' },
  { key: 'telegram.token', value: '•••', origin: 'file c.json', isSecret: true, envName: 'BALLAST__TELEGRAM__TOKEN', allowed: 'a token' },
  { key: 'risk.dayLoss', value: '5%', origin: 'default', isSecret: false, envName: 'BALLAST__RISK__DAY_LOSS', allowed: '0.1% to 20%' },
  { key: 'manual.symbols', value: null, origin: 'default', isSecret: false, envName: 'BALLAST__MANUAL__SYMBOLS', allowed: 'a list' },
]
