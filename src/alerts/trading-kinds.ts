/**
 * Alerts about positions, orders, limits, strategies and money.
 */
import { CHART, CLOSE, HEALTH, ORDERS, POSITION, POSITIONS, REDUCE, RISK, SIGNALS, STATUS, event, others, problem } from './kind.ts'

const ofSymbol = { per: 'symbol' } as const
const ofStrategy = { per: 'strategy' } as const
const HOLD = others(['Status', '/status'], ['Resume', '/resume'])

export const TRADING_KINDS = {
  'position.unprotected': problem(
    ['P1'],
    'a position has had no stop on Bybit for 5 s, or the price has passed the missing stop',
    'Ballast sets it again and closes after 30 s; close it yourself if you cannot wait: `/close BTC`',
    { ...ofSymbol, actions: [CLOSE, POSITION] },
  ),
  'position.liquidated': problem(['P1'], 'Bybit liquidated a position', 'read `/why` and `/risk` before you trade on', {
    ...ofSymbol,
    actions: [STATUS, RISK],
  }),
  'position.adl': problem(
    ['P1'],
    'Bybit reduced a position by auto-deleveraging',
    'look at what is left: `/positions`; entries that waited are canceled',
    { ...ofSymbol, actions: [POSITIONS, CLOSE] },
  ),
  'position.oversold': problem(['P1'], 'more coins were sold than Ballast held', 'buy them back if you want them; nothing is short', {
    ...ofSymbol,
    actions: [POSITION, ...others(['Trades', '/trades'])],
  }),
  'position.dust': event(
    ['P3'],
    'what is left of a spot position is below the minimum order size',
    'nothing, or convert it in the app',
    ofSymbol,
  ),
  'liquidation.near': problem(
    ['P1'],
    'the price is 60 % of the way to liquidation, liquidation comes before the stop, or over 80 % of the margin is used',
    'reduce or close: `/close BTC 50%`, or add margin',
    { ...ofSymbol, actions: [REDUCE, CLOSE, POSITIONS, RISK] },
  ),
  'adl.rank_high': problem(
    ['P3'],
    'a position is first in line to be deleveraged (rank 4 of 5)',
    'reduce it if you cannot have it closed by Bybit',
    {
      ...ofSymbol,
      actions: [REDUCE, CLOSE],
    },
  ),
  'stop.kept': event(['P3'], 'an entry asked for a stop farther away than the one that stands', 'nothing; to move it: `/sl BTC 2%`', {
    ...ofSymbol,
    actions: [POSITION],
  }),
  'stop.moved_outside': problem(
    ['P2', 'P3'],
    'a stop was moved (P3 where tighter) or removed outside Ballast',
    'nothing: a tighter one is kept, another set back; move it by `/sl BTC 2%`',
    { ...ofSymbol, actions: [POSITION] },
  ),
  'stop.failed_to_place': problem(['P1'], 'Bybit refused a stop or target', 'set another price: `/sl BTC 2%`, or close', {
    ...ofSymbol,
    actions: [POSITION, CLOSE],
  }),
  'order.rejected': problem(
    ['P1', 'P2', 'P3'],
    'an order was rejected; P1 for an exit of a position that is still held, P3 where nothing was left to reduce',
    'P1: close it yourself: `/close BTC`; else read the reason',
    { ...ofSymbol, actions: [POSITION, ORDERS, CLOSE] },
  ),
  'algorithm.ended': event(['P3', 'P4'], 'an execution algorithm ended; P3 where it did not fill all', 'decide about the rest: `/algos`', {
    ...ofSymbol,
    actions: others(['Algorithms', '/algos']),
  }),
  'entry.filled': event(['P4'], 'a position was opened', 'nothing', { ...ofSymbol, actions: [CHART] }),
  'exit.partial': event(['P4'], 'a part of a position was closed', 'nothing', { ...ofSymbol, actions: [CHART] }),
  'exit.filled': event(['P3', 'P4'], 'a position was closed; P3 by its stop', 'nothing', { ...ofSymbol, actions: [CHART] }),

  'external.position': problem(
    ['P1', 'P3', 'P4'],
    'a position was opened outside Ballast; P3 in a symbol that it does not trade, P4 while it only observes',
    'take it over with `/adopt BTC`, or leave it with `/ignore BTC`; until then no entries there',
    { ...ofSymbol, actions: others(['Adopt {}', '/adopt {}'], ['Ignore it', '/ignore {}']) },
  ),
  'external.reduced': problem(
    ['P1'],
    'a part or all of a position of Ballast was closed outside',
    'keep out with `/pause BTC`, or allow entries with `/resume BTC`',
    { ...ofSymbol, actions: others(['Keep out', '/pause {}'], ['Re-enter', '/resume {}']) },
  ),
  'external.order': event(['P4'], 'an order that Ballast did not place', 'nothing; it counts toward limits', ofSymbol),
  'spot.others_coins': event(
    ['P3'],
    'coins of a traded spot pair that Ballast did not buy',
    'move those that must not be sold to the funding account',
    ofSymbol,
  ),
  'reconcile.mismatch': problem(
    ['P1'],
    'Bybit reports what contradicts the records',
    'compare with `/reconcile`, then `/reconcile fix`; entries of the symbol are on hold',
    { ...ofSymbol, actions: others(['Show', '/reconcile'], ['Fix', '/reconcile fix'], ['Pause', '/pause']) },
  ),

  'panic.started': problem(['P1'], 'a panic: positions are being closed', 'wait for its result', { actions: [STATUS, POSITIONS] }),
  'panic.verdict': problem(['P1', 'P2'], 'how a panic ended: `FLAT` (P2) or `NOT FLAT` (P1)', 'NOT FLAT: close what it names in the app', {
    actions: [STATUS, POSITIONS],
  }),
  'risk.max_drawdown_hit': problem(
    ['P1'],
    'drawdown reached the orange line (entries on hold) or the red one (all closed, halted)',
    'find the cause; `/resume` (red: an admin) measures drawdown from here',
    { actions: [STATUS, POSITIONS] },
  ),
  'risk.day_loss_hit': problem(['P1'], 'the loss of the day reached its limit: entries are on hold', '`/resume` when you have decided to', {
    ...ofStrategy,
    actions: [STATUS, POSITIONS],
  }),
  'risk.week_loss_hit': problem(
    ['P1'],
    'the loss of the week reached its limit: entries are on hold',
    '`/resume` when you have decided to',
    {
      ...ofStrategy,
      actions: [STATUS, POSITIONS],
    },
  ),
  'risk.loss_streak': problem(['P2'], 'too many losing trades in a row: entries are on hold', 'look at `/trades`, then `/resume`', {
    ...ofStrategy,
    actions: HOLD,
  }),
  'risk.execution_storm': problem(
    ['P2'],
    'many rejected orders, or fills far from their prices: entries are on hold',
    'find the reason in `/orders` and the alerts, then `/resume`',
    { ...ofSymbol, actions: HOLD },
  ),
  'risk.limit_near': problem(['P2', 'P3'], '80 % of a limit is used; P2 for loss limits', 'reduce, or entries stop at the limit: `/risk`', {
    actions: [RISK, POSITIONS],
  }),
  'risk.open_past_day': problem(
    ['P2'],
    'after a withdrawal, open positions risk more than the day may lose',
    'tighten stops or close part; entries are denied until it fits',
    { actions: [STATUS, POSITIONS] },
  ),

  'strategy.error': problem(
    ['P2'],
    'a strategy stopped by an error; its position keeps its stop',
    'fix its file, then `/strategy NAME reload`; `/strategy NAME on` runs the same code again',
    {
      ...ofStrategy,
      // A reload switches it on again, too.
      endedBy: 'strategy.mode',
      actions: others(['Strategies', '/strategies']),
    },
  ),
  'strategy.auto_disabled': event(['P4'], 'a strategy was set `errored`', 'see `strategy.error`', {
    ...ofStrategy,
    actions: others(['Strategies', '/strategies']),
  }),
  'strategy.mode': event(['P4'], 'a strategy was switched', 'nothing', ofStrategy),
  'strategy.changed': event(['P4'], 'a strategy starts from scratch: its code or parameters changed', 'nothing', ofStrategy),
  'strategy.aside': event(
    ['P3'],
    'a strategy takes no entries by itself: its model is missing, expired, or does not fit the market any more; exits go on',
    '`/model NAME why` says why; promote another model, or fit one anew',
    { ...ofStrategy, actions: others(['Models', '/models'], ['Strategies', '/strategies']) },
  ),
  'strategies.changed': event(['P4'], 'strategies or symbols were added, changed or removed', 'nothing, if it was you', {
    actions: others(['Strategies', '/strategies']),
  }),
  'universe.changed': event(['P4'], 'other symbols of a strategy take entries than before', 'nothing; `/universe` says why', {
    actions: others(['Universe', '/universe'], ['Strategies', '/strategies']),
  }),
  'strategy.changed_on_disk': event(
    ['P4'],
    'a strategy file changed on disk; the loaded version still runs',
    '`/strategy NAME reload` to use it',
    {
      actions: others(['Strategies', '/strategies']),
    },
  ),
  'config.changed_on_disk': event(
    ['P4'],
    'the configuration changed on disk; the loaded one still applies',
    '`/reload`, or a restart for the rest',
  ),
  'signal.rejected': problem(
    ['P3'],
    'a signal from outside was refused; at most once a minute for each source',
    '`/signals` says why; fix it at the sender',
    {
      per: 'source',
      actions: [SIGNALS],
    },
  ),
  'signal.wrong_secret': problem(
    ['P3'],
    'twenty requests within a minute used an unknown source or a wrong secret; once an hour for each address',
    'if it is your sender, give it a new address: `signal source rotate`',
    { actions: [SIGNALS] },
  ),
  'source.silent': problem(['P3'], 'a source of signals sends less often than expected of it', 'look at its sender, and at `/signals`', {
    per: 'source',
    endedBy: 'source.back',
    actions: [SIGNALS],
  }),
  'source.back': event(['P4'], 'the source sends again', 'nothing', { per: 'source', actions: [SIGNALS] }),
  'signal.stale': problem(['P3'], 'an entry from outside came too late', 'the sender is slow, or its clock is wrong: `/signals`', {
    per: 'source',
    actions: [SIGNALS],
  }),
  'signal.exit_refused': problem(
    ['P1'],
    'a refused signal was an exit',
    'look at the position, close it yourself if it should be gone, fix the sender',
    { per: 'source', actions: [SIGNALS, POSITIONS] },
  ),
  'signal.exit_dropped': problem(['P1'], 'a halt blocked an exit signal from outside', 'close it yourself: `/close BTC`', {
    ...ofSymbol,
    actions: [CLOSE, SIGNALS],
  }),

  'account.flow': event(
    ['P3', 'P4'],
    'money moved without a trade; P4 another coin than that of the account',
    'nothing, if it was you: `/flows`',
    {
      actions: others(['Flows', '/flows'], ['Balance', '/balance']),
    },
  ),
  'account.unexplained': problem(
    ['P1'],
    'the wallet changed without an entry in Bybit’s log; entries are on hold',
    'check `/flows` and Bybit; then an admin’s `/resume`',
    { actions: others(['Flows', '/flows'], ['Balance', '/balance'], ['Resume', '/resume']) },
  ),
  'strategy.canary': event(
    ['P3'],
    'a canary is decided: the new version earns more than the running one, or it does not',
    'read `/strategy NAME canary`, then promote it or stop it; nothing was changed',
    ofStrategy,
  ),
  'allocator.moved': event(['P4'], 'capital was moved among strategies on schedule', 'nothing; `/allocator dry-run` explains it', {
    actions: others(['Capital', '/allocator dry-run']),
  }),
  'allocator.failed': problem(
    ['P3'],
    'capital was not moved, or not all of it',
    'follow the text of the alert; `/allocator` does it by hand',
    {
      actions: others(['Capital', '/allocator dry-run']),
    },
  ),
  'user.price_alert': event(['P4'], 'a price or figure passed a level that somebody set', 'see your price alerts: `/alert list`', {
    actions: others(['Price alerts', '/alert list'], ['Positions', '/positions']),
  }),
  'report.daily': event(['P4'], 'a day of market time (UTC) is over', 'nothing: the results of the day, and a sign that Ballast runs', {
    actions: others(['Days', '/daily'], ['PnL', '/pnl 7d']),
  }),
  'symbol.ending': problem(
    ['P1', 'P2', 'P3'],
    'Bybit ends a symbol: a week (P3), a day (P2), an hour (P1) before',
    'close it while it trades: `/close BTC`',
    {
      ...ofSymbol,
      actions: [CLOSE],
    },
  ),
  'symbol.delisting': problem(
    ['P2'],
    'Bybit does not trade a symbol any more; entries are on hold',
    'close what is open while it can be closed',
    {
      ...ofSymbol,
      actions: [CLOSE],
    },
  ),
  'symbol.delisted': event(['P2'], 'a position ended with its symbol', 'nothing; it is booked', ofSymbol),
  'instrument.changed': event(['P3', 'P4'], 'Bybit changed steps or limits of a symbol', 'nothing; what was moved is named', {
    ...ofSymbol,
    actions: [HEALTH],
  }),
} as const
