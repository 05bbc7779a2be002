/**
 * Keeps `scope.json` in step with the positions of the kernel, for `panic --direct`, which runs outside this process (S7).
 */
import type { Kernel } from '../kernel/kernel.ts'
import type { RoleContext } from './roles/role-context.ts'
import { type Scope, writeScope } from '../emergency/scope-file.ts'
import { formatQuantity } from '../market/instrument.ts'
import { lots } from '../core/units.ts'
/** Keeps `scope.json` true, for `panic --direct`, which runs outside this process. */
export function scopeWriter(dataDir: string, tag: string, log: RoleContext['log']): (kernel: Kernel) => void {
  let written = ''
  return (kernel) => {
    const scope: Scope = {
      tag,
      lastFillTs: kernel.portfolio.lastFillTs ?? 0,
      positions: kernel.config.instruments.flatMap((instrument) => {
        const held = kernel.portfolio.positionLots(instrument.index)
        if (held === 0) return []
        return [{ symbol: instrument.symbol, side: held > 0 ? 'long' : 'short', size: formatQuantity(instrument, lots(Math.abs(held))) }]
      }),
    }
    const text = JSON.stringify(scope)
    if (text === written) return
    try {
      writeScope(dataDir, scope)
      written = text
    } catch (cause) {
      log(
        'warn',
        `could not write scope.json (${cause instanceof Error ? cause.message : String(cause)}): panic --direct would have to ask which positions to close`,
      )
    }
  }
}
