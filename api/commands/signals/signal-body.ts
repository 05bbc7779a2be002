/**
 * A body as it came, told apart: JSON or text.
 */
import type { SignalBody } from '../../../src/signals-in/signal.ts'

/** JSON where it is an object or a list, whatever its content type says: TradingView sends both. */
export function signalBody(text: string): SignalBody {
  const bare = text.replace(/^\uFEFF/, '')
  if (!/^\s*[[{]/.test(bare)) return { type: 'text', text: bare }
  try {
    const value: unknown = JSON.parse(bare)
    return { type: 'json', value }
  } catch {
    return { type: 'text', text: bare }
  }
}
