/**
 * The one list of commands: Telegram, Discord, the terminal, REST and the help are made from it.
 * Never lists a command twice, and never knows one that a surface lacks.
 */
import { ACCOUNT_COMMANDS } from './account-group.ts'
import { ALGO_COMMANDS } from './algo-group.ts'
import { CLOSE_COMMANDS } from './close-group.ts'
import type { Command } from './command.ts'
import { CONTROL_COMMANDS } from './control-group.ts'
import { EXTERNAL_COMMANDS } from './external-group.ts'
import { ORDER_COMMANDS } from './order-group.ts'
import { RESEARCH_COMMANDS } from './research-group.ts'
import { STRATEGY_COMMANDS } from './strategy-group.ts'
import { SYSTEM_COMMANDS } from './system-group.ts'
import { TRADING_COMMANDS } from './trading-group.ts'
import { WHY_COMMANDS } from './why-group.ts'

export const COMMANDS: readonly Command[] = [
  ...ACCOUNT_COMMANDS,
  ...TRADING_COMMANDS,
  ...STRATEGY_COMMANDS,
  ...WHY_COMMANDS,
  ...CONTROL_COMMANDS,
  ...CLOSE_COMMANDS,
  ...ORDER_COMMANDS,
  ...EXTERNAL_COMMANDS,
  ...ALGO_COMMANDS,
  ...RESEARCH_COMMANDS,
  ...SYSTEM_COMMANDS,
]
