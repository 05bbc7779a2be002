/**
 * The owner of what operators and programs enter by hand (S4).
 */
import { strategyId } from '../core/units.ts'

export const MANUAL_OWNER = strategyId('manual')
