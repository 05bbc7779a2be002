/**
 * The owner of what people and programs enter by hand (S4).
 * Never a strategy's name.
 */
import { strategyId } from '../../core/units.ts'

export const MANUAL_OWNER = strategyId('manual')
