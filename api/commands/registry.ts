/**
 * The one list of commands: Telegram, Discord, the terminal, REST and the help are made from it.
 */
import { ACCOUNT_COMMANDS } from './groups/account-group.ts'
import { confirm } from './access/confirm-command.ts'
import { SESSION_COMMANDS } from './access/session-commands.ts'
import { tz } from './access/tz-command.ts'
import { audit } from './access/audit-command.ts'
import { ACK_COMMANDS } from './alerts/ack-commands.ts'
import { report } from './alerts/report-command.ts'
import { alerts } from './alerts/alerts-command.ts'
import { priceAlert } from './alerts/price-command.ts'
import { quiet } from './alerts/quiet-command.ts'
import { SILENCE_COMMANDS } from './alerts/silence-commands.ts'
import { SUBSCRIBE_COMMANDS } from './alerts/subscribe-commands.ts'
import { webhook } from './alerts/webhook-command.ts'
import { allocator } from './allocator/command.ts'
import { ALGO_COMMANDS } from './groups/algo-group.ts'
import { CLOSE_COMMANDS } from './groups/close-group.ts'
import type { Command } from './command.ts'
import { CONTROL_COMMANDS } from './groups/control-group.ts'
import { EXTERNAL_COMMANDS } from './groups/external-group.ts'
import { MEASURES_COMMANDS } from './groups/measures-group.ts'
import { ORDER_COMMANDS } from './groups/order-group.ts'
import { limits } from './groups/limits-command.ts'
import { set } from './groups/set-command.ts'
import { REBALANCE_COMMANDS } from './groups/rebalance-group.ts'
import { MODEL_COMMANDS } from './models/model-commands.ts'
import { NOTE_COMMANDS } from './groups/note-group.ts'
import { EXPORT_COMMANDS } from './groups/export-group.ts'
import { exposure } from './reports/exposure.ts'
import { funding } from './reports/funding.ts'
import { performance } from './reports/performance.ts'
import { PERIOD_COMMANDS } from './reports/periods.ts'
import { RESEARCH_COMMANDS } from './groups/research-group.ts'
import { SIGNAL_COMMANDS } from './signals/signal-group.ts'
import { STATS_COMMANDS } from './groups/stats-group.ts'
import { STRATEGY_COMMANDS } from './strategies/strategy-group.ts'
import { compare } from './strategies/compare-command.ts'
import { universe } from './strategies/universe-command.ts'
import { STRESS_COMMANDS } from './groups/stress-group.ts'
import { SYSTEM_COMMANDS } from './groups/system-group.ts'
import { TRADING_COMMANDS } from './groups/trading-group.ts'
import { whatif } from './groups/whatif-command.ts'
import { whynot } from './groups/whynot-command.ts'
import { WHY_COMMANDS } from './groups/why-group.ts'

export const COMMANDS: readonly Command[] = [
  ...ACCOUNT_COMMANDS,
  limits,
  set,
  ...PERIOD_COMMANDS,
  performance,
  report,
  exposure,
  funding,
  ...STATS_COMMANDS,
  ...MEASURES_COMMANDS,
  ...STRESS_COMMANDS,
  ...TRADING_COMMANDS,
  ...STRATEGY_COMMANDS,
  universe,
  ...MODEL_COMMANDS,
  ...WHY_COMMANDS,
  whynot,
  compare,
  ...SIGNAL_COMMANDS,
  alerts,
  ...ACK_COMMANDS,
  ...SILENCE_COMMANDS,
  quiet,
  ...SUBSCRIBE_COMMANDS,
  priceAlert,
  webhook,
  audit,
  confirm,
  ...SESSION_COMMANDS,
  tz,
  whatif,
  ...NOTE_COMMANDS,
  ...EXPORT_COMMANDS,
  ...CONTROL_COMMANDS,
  ...CLOSE_COMMANDS,
  ...ORDER_COMMANDS,
  ...EXTERNAL_COMMANDS,
  ...ALGO_COMMANDS,
  ...REBALANCE_COMMANDS,
  allocator,
  ...RESEARCH_COMMANDS,
  ...SYSTEM_COMMANDS,
]
