/**
 * The families of metrics, from which the registry and the table in docs/monitoring.md are made.
 */
export interface Family {
  readonly name: string
  readonly type: 'gauge' | 'counter' | 'histogram'
  readonly help: string
  readonly labels: readonly string[]
}

const family = (name: string, type: Family['type'], help: string, labels: readonly string[] = []): Family => ({
  name: `ballast_${name}`,
  type,
  help,
  labels,
})

export const FAMILIES = {
  info: family('info', 'gauge', 'Always 1', ['version', 'profile']),
  state: family('trading_state', 'gauge', '1 for the state that counts now, 0 for the others', ['state']),
  holds: family('holds', 'gauge', 'Holds in place, by what they stop', ['effect']),
  equity: family('equity_usdt', 'gauge', 'Equity of the account'),
  wallet: family('wallet_usdt', 'gauge', 'Wallet balance of the account'),
  dayPnl: family('day_pnl_usdt', 'gauge', 'Result of the day (UTC), open positions included'),
  dayLossLeft: family('day_loss_left_usdt', 'gauge', 'What the day may still lose before entries are held'),
  drawdown: family('drawdown_ratio', 'gauge', 'Fall from the highest equity, from 0 to 1'),
  openRisk: family('open_risk_usdt', 'gauge', 'What all open positions lose if their stops fill at their prices'),
  gross: family('gross_notional_usdt', 'gauge', 'Value of all open positions, both sides added'),
  margin: family('margin_used_usdt', 'gauge', 'Initial margin of positions and orders'),
  positionValue: family('position_value_usdt', 'gauge', 'Value of a position at its mark; below 0 of a short', ['symbol', 'strategy']),
  positionPnl: family('position_unrealized_pnl_usdt', 'gauge', 'Unrealized result of a position', ['symbol', 'strategy']),
  positionProtected: family('position_protected', 'gauge', '1 where the exchange has the stop of the position, else 0', [
    'symbol',
    'strategy',
  ]),
  strategies: family('strategy_running', 'gauge', '1 where the strategy decides on the symbol, else 0', ['strategy', 'symbol', 'mode']),
  decisionTime: family('strategy_decision_seconds', 'gauge', 'Time that a decision of the strategy takes', ['strategy', 'quantile']),
  barsClosedAge: family('bars_closed_age_seconds', 'gauge', 'Market time since the last bar close whose orders are all sent and answered'),
  part: family('part_up', 'gauge', '1 ok, 0.5 warns, 0 down', ['part']),
  partAge: family('part_report_age_seconds', 'gauge', 'Wall-clock time since the part last reported', ['part']),
  orders: family('orders_total', 'counter', 'Orders that are kept, by status', ['status']),
  fills: family('fills_total', 'counter', 'Fills, by liquidity', ['liquidity']),
  fees: family('fees_usdt_total', 'counter', 'Fees paid in USDT'),
  denials: family('denials_total', 'counter', 'Orders that the risk check refused, by rule', ['rule']),
  alertsOpen: family('alerts_open', 'gauge', 'Alerts that are not over, by severity', ['severity']),
  outboxPending: family('outbox_pending', 'gauge', 'Messages that wait for a chat or a webhook'),
  outboxAge: family('outbox_oldest_age_seconds', 'gauge', 'How long the oldest of them waits'),
  outboxRefused: family('outbox_refused', 'gauge', 'Messages that a chat has refused'),
  commands: family('commands_pending', 'gauge', 'Commands that the trader has not answered'),
  journalSeq: family('journal_last_seq', 'gauge', 'Newest row of the journal'),
  journalTail: family('journal_rows_since_snapshot', 'gauge', 'Rows that a start reads after the newest snapshot'),
  backtests: family('backtests', 'gauge', 'Backtests of chat and API, by status', ['status']),
  memory: family('process_resident_bytes', 'gauge', 'Memory of each process; roles of one process stand together', ['role']),
  processorTime: family('process_cpu_seconds_total', 'counter', 'Processor time of each process', ['role']),
  requests: family('http_request_seconds', 'histogram', 'Requests to this API, by route', ['method', 'route', 'status']),
  scrape: family('scrape_seconds', 'gauge', 'Time that this scrape took to read the tables'),
} as const
export type FamilyKey = keyof typeof FAMILIES
