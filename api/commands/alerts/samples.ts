/**
 * An example of every alert, some abridged: sent by `alerts test`, and shown in docs/alerts.md.
 */
import { type AlertType, CATALOGUE } from '../../../src/alerts/catalogue.ts'
import { alertSentence } from '../../../src/journal/alert-sentence.ts'
import type { AlertCode, AlertData } from '../../../src/kernel/alert.ts'
import type { AlertSeverity } from '../../../src/kernel/state/alert-severity.ts'
import { ts } from '../../../src/core/units.ts'
import type { SampleAlert } from '../../ports/alert-ports.ts'

const FLOW = { kind: 'transfer-out', named: 'TRANSFER_OUT', amount: '-2000', coin: 'USDT', symbol: undefined, isMoney: true } as const
const LOSS = { lost: '512.40', limit: '500' }

const OF_KERNEL: { readonly [C in AlertCode]: AlertData[C] } = {
  'stop.kept': { stop: '63000', asked: '62500' },
  'order.rejected': { by: 'venue', role: 'exit', orderId: 41, code: '110007', detail: 'insufficient balance', isNothingLeft: false },
  'external.reduced': { quantity: '0.02', cause: 'a close in the app', left: '0.03', isPriceUnknown: false, strategy: undefined },
  'external.position': { side: 'long', quantity: '0.05', cause: 'an order in the app', isObserving: false },
  'external.order': { side: 'BUY', quantity: '0.05', price: '61000' },
  'symbol.delisted': { quantity: '0.05', isSettled: true },
  'symbol.delisting': { status: 'closed', hasPosition: true },
  'stop.moved_outside': { change: 'removed', to: '63000' },
  'signal.exit_dropped': { source: 'tv-trend', signal: 17, hold: 'halt' },
  'panic.started': { actor: '@ann' },
  'risk.max_drawdown_hit': { tier: 'orange', drawdown: 0.102, limit: 0.1 },
  'risk.day_loss_hit': LOSS,
  'risk.week_loss_hit': LOSS,
  'risk.loss_streak': { count: 8, limit: 8 },
  'risk.execution_storm': { kind: 'rejected', count: 6 },
  'risk.limit_near': { key: 'dayLoss', used: '410.00', limit: '500', part: 0.82 },
  'risk.open_past_day': { open: '320.00', left: '150.00' },
  'strategy.error': { strategy: 'ema-cross', failure: 'a price is not a number' },
  'strategy.changed': { strategy: 'ema-cross' },
  'strategy.aside': { strategy: 'ml', code: 'drift', version: 3, share: 0.41, most: 0.3, feature: 'volatility_96' },
  'strategies.changed': { added: ['donchian'], changed: [], removed: [], actor: '@ann' },
  'reconcile.mismatch': { event: 'order-filled' },
  'position.adl': { quantity: '0.05' },
  'position.liquidated': { quantity: '0.05' },
  'account.flow': FLOW,
  'account.unexplained': FLOW,
  'position.unprotected': { act: 'repair', seconds: 5 },
  'position.dust': { quantity: '0.000004', coin: 'BTC' },
  'position.oversold': { quantity: '0.001', coin: 'BTC' },
  'instrument.changed': { change: 'trading' },
}

const KEY = 'The API key may withdraw. Make one at Bybit that cannot.'
const TEXTS: Readonly<Record<Exclude<AlertType, AlertCode>, string>> = {
  'liquidation.near': 'BTCUSDT: 62 % of the distance to liquidation (est. 58,100) is used. Reduce it: /close BTCUSDT 50%.',
  'adl.rank_high': 'BTCUSDT: first in line (4 of 5) to be closed by Bybit’s auto-deleveraging if the other side is liquidated.',
  'stop.failed_to_place': 'BTCUSDT: Bybit refused to set the stop or target (10001 price is wrong). The previous one stays.',
  'algorithm.ended': 'TWAP of BTCUSDT ended: 0.8 of 1 filled.',
  'entry.filled': 'OPENED long 0.05 BTCUSDT @ 64,210.5',
  'exit.partial': 'REDUCED long 0.02 BTCUSDT @ 64,900',
  'exit.filled': 'CLOSED long 0.05 BTCUSDT @ 65,100 (target)',
  'spot.others_coins': 'BTCUSDT-SPOT: 0.3 BTC in the account were not bought by Ballast and are left untouched.',
  'panic.verdict': 'NOT FLAT: BTCUSDT 0.01 is still open. Close it in Bybit’s app.',
  'strategy.auto_disabled': 'ema-cross is errored (a price is not a number)',
  'strategy.mode': 'ema-cross is closing-only (@ann)',
  'strategy.changed_on_disk': 'strategies/mine.ts has changed on disk. To use it: /strategy mine reload',
  'config.changed_on_disk':
    'ballast.config.json has changed on disk. To use its strategies and symbols: /reload. The rest applies from the next start of Ballast.',
  'agent.asks': 'claude asks: Open BTCUSDT long? Because: the range of four days broke up on twice the usual volume',
  'signal.rejected': 'A signal of tv-trend was refused: the body names no symbol. See /signals.',
  'signal.wrong_secret':
    '20 requests from 203.0.113.7 within a minute used an unknown source or a wrong secret. If it is your sender, give it a new address: signal source rotate.',
  'source.silent': 'The source tv-trend last sent 3 h ago; it is expected every 60 min. Look at its sender.',
  'source.back': 'The source tv-trend sends again.',
  'signal.stale': 'A signal of tv-trend was refused: it is 90 s old and may be 60 s.',
  'signal.exit_refused': 'A refused signal of tv-trend names an exit of BTCUSDT. Look at the position.',
  'strategy.canary':
    'The canary of ema-cross earns more than what runs, after 412 bars that differ. Promote it: /strategy ema-cross canary promote',
  'allocator.moved': 'Capital moved: ema-cross 40 % to 45 %.',
  'allocator.failed': 'Capital was not moved: no candles of SOLUSDT.',
  'user.price_alert': 'BTCUSDT is above 70000 (now 70012.5). Sent again after the price has crossed back.',
  'report.daily': '2026-01-05: equity 10,120.00 (+120.00), 4 trades, 75 % won, fees 6.10',
  'universe.changed':
    'Universe of donchian: BTCUSDT takes no more entries (others rank higher), and its position keeps its stop; SOLUSDT takes entries.',
  'symbol.ending': 'BTCUSDT ends at Bybit in 6 d 20 h.',
  'key.has_withdraw': KEY,
  'key.has_transfer': 'The API key may transfer. Make one at Bybit that cannot.',
  'key.read_only': 'The API key is read-only. Give it the right to trade.',
  'key.no_trade': 'The API key lacks the right to trade contracts.',
  'key.no_spot': 'The API key lacks the right to trade spot, and BTCUSDT-SPOT is traded.',
  'key.can_trade': 'The API key may trade; observing needs a read-only one.',
  'key.no_ip': 'The API key is not bound to an IP address.',
  'key.expiring': 'The API key expires in 6 d 20 h. Renew it at Bybit.',
  'key.invalid': 'Bybit refuses the API key (10003). Give another.',
  'account.region': 'Bybit does not let this account trade from here.',
  'account.margin_mode': 'The account is in isolated margin, and cross is configured.',
  'account.margin_mode_pending': 'Cross margin is set after the open position closes.',
  'account.position_mode': 'BTCUSDT is in hedge mode. Set one-way mode at Bybit.',
  'account.leverage': 'BTCUSDT has leverage 20, and 10 is configured.',
  'account.leverage_pending': 'Leverage 10 of BTCUSDT is set after its position closes.',
  'account.reduce_only': 'Bybit lets BTCUSDT be reduced only.',
  'account.auto_add_margin': 'BTCUSDT adds margin by itself. Switch that off in the app.',
  'account.borrowed': 'The account has a loan of 120 USDT. Repay it.',
  'account.unread': 'The margin mode could not be read from Bybit.',
  'fee.unexpected': 'Bybit charges 0.1 % taker fee, and limits count with 0.055 %.',
  'clock.skew': 'This machine’s clock is 900 ms ahead of Bybit’s. Set it: NTP.',
  'exchange.down': 'Bybit has not answered for 10 s. Stops stay at the exchange; it is retried.',
  'exchange.maintenance': 'Bybit is in maintenance. Stops stay at the exchange.',
  'exchange.back': 'Bybit answers again.',
  'exchange.country_refused': 'Bybit refuses requests from this address’s country.',
  ip_ban: 'Bybit refuses this address (HTTP 403) for 10 minutes.',
  'rate_limit.near': 'Bybit reports too many requests. Exits have priority.',
  'trader.down': 'The trader has not been running since 14:02:07 UTC; stops stay at Bybit. To flatten: ballast panic --direct',
  'trader.back': 'The trader is running again.',
  'trader.safe_mode': 'Third crash in ten minutes: exits and stops only, until ballast resume.',
  'trader.start_failed': 'trader does not start: the exchange does not answer.',
  'trader.input_set_aside': 'A bar of BTCUSDT ended the trader each time it was decided. It is booked without a decision.',
  'trader.restored':
    'The database was restored from ballast-sim-20261130T195634Z-0022.backup of 2026-11-30 19:56 UTC. What happened since is read from the exchange; positions opened since are external until /adopt. Entries are on hold until /resume; stops stay and exits continue.',
  'backup.failed': 'The backup was not made (the disk is full). It is tried again each hour. Trading continues.',
  'backup.done': 'A backup was made again: .ballast/backups/ballast-sim-20261130T195634Z-0022.backup.',
  'snapshot.damaged': 'The snapshot at row 19501 of the journal was damaged and is skipped. Check the disk.',
  'part.crashed': 'The surfaces stopped (SIGKILL) and are being restarted; stops stay at the exchange.',
  'part.start_failed': 'api does not start: port 8080 is in use.',
  'database.down': 'The database did not answer from 14:02:07 UTC on. No orders were sent in that time.',
  'database.back': 'The database answers again, after 12 s.',
  'queue.down': 'The queue (Redis) has not answered since 14:02:07 UTC. Trading continues.',
  'queue.back': 'The queue (Redis) answers again.',
  'telegram.down': 'Commands from Telegram are not received: 409 Conflict. Retrying.',
  'telegram.back': 'Commands from Telegram work again.',
  'discord.down': 'Commands from Discord are not received: 4004 the token is not valid. Retrying.',
  'discord.back': 'Commands from Discord work again.',
  'chat.refused': 'telegram:-100123 refuses messages (403 Forbidden). P1 and P2 go to the admins.',
  'webhook.failed': 'The webhook pager did not take a message (HTTP 500), after 10 attempts. See: webhook deliveries pager',
  'user.changed': '@bob (telegram:502) is now trader, by @ann.',
  'apikey.created': 'The API key grafana (viewer) was created by the terminal.',
  'auth.failed_burst': '20 requests to the API within a minute had no valid key, the last from 203.0.113.7.',
  'confirm.second_needed':
    'ann asks: Buy 0.5 BTC? A second person with the role trader has to confirm it, here, with /confirm k3m8x2pq, or at the terminal with: ballast confirm k3m8x2pq.',
  'chat.back': 'telegram:-100123 takes messages again.',
}

const DETAILS: Readonly<Partial<Record<AlertType, Readonly<Record<string, unknown>>>>> = {
  'entry.filled': { tradeNumber: 12, strategy: 'ema-cross', side: 1, stop: '62900', plannedLoss: '50' },
  'exit.partial': { tradeNumber: 12, strategy: 'ema-cross', side: 1, pnl: '13.80', left: '0.03', stop: '63500' },
  'exit.filled': { tradeNumber: 12, strategy: 'ema-cross', side: 1, pnl: '44.50', resultR: '0.89', exitReason: 'target' },
}

const isOfKernel = (type: AlertType): type is AlertCode => Object.hasOwn(OF_KERNEL, type)
const SAMPLE_SYMBOL = 'BTCUSDT'

/** @param severity the worst that it may have unless given */
export function sampleOf(type: AlertType, severity: AlertSeverity = CATALOGUE[type].severities[0]): SampleAlert {
  const symbol = CATALOGUE[type].per === 'symbol' ? SAMPLE_SYMBOL : null
  if (!isOfKernel(type)) return { type, severity, symbol, summary: TEXTS[type], detail: DETAILS[type] ?? {} }
  const data = OF_KERNEL[type]
  const summary = alertSentence({ type: 'alert-raised', alert: type, severity, instrument: undefined, data, ts: ts(0) }, symbol ?? '')
  return { type, severity, symbol, summary, detail: { ...data } }
}
