/**
 * What operators read of each alert that the kernel raises, and of alerts in journals of before they had data.
 */
import { expect, test } from 'vitest'
import { ts } from '../core/units.ts'
import type { AlertCode, AlertData } from '../kernel/alert.ts'
import { alertSentence } from './alert-sentence.ts'

const flow = { kind: 'transfer-out', named: undefined, amount: '-2000', coin: 'USDT', symbol: undefined, isMoney: true } as const
const rows: { readonly [C in AlertCode]: readonly (readonly [AlertData[C], string])[] } = {
  'stop.kept': [
    [
      { stop: '60,000', asked: '59,000' },
      'BTCUSDT: the stop stays at 60,000 for the whole position. The entry asked for 59,000, which is farther away. To move it: /sl BTCUSDT.',
    ],
  ],
  'order.rejected': [
    [{ by: 'risk', rule: 'rate' }, 'BTCUSDT: an exit was refused (rate). The position keeps its stop.'],
    [
      { by: 'venue', role: 'entry', orderId: 7, code: '110007', detail: 'no balance', isNothingLeft: false },
      'BTCUSDT: Bybit rejected the entry #7 (110007 no balance).',
    ],
    [
      { by: 'venue', role: 'exit', orderId: 8, code: '110017', detail: 'zero', isNothingLeft: true },
      'BTCUSDT: Bybit rejected the exit #8 (110017 zero). Its stop probably filled first: the account is being read.',
    ],
  ],
  'external.reduced': [
    [
      { quantity: '0.5', cause: 'execution', left: '0.25', isPriceUnknown: false, strategy: 'ema-cross' },
      "BTCUSDT: 0.5 of Ballast's position was closed outside Ballast (execution), 0.25 is left. It is booked as your close. BTCUSDT and ema-cross are closing-only now. Keep out with /pause BTCUSDT, or allow entries with /resume BTCUSDT.",
    ],
    [
      { quantity: '0.5', cause: 'unknown', left: undefined, isPriceUnknown: true, strategy: undefined },
      "BTCUSDT: 0.5 of Ballast's position was closed outside Ballast (unknown), all of it. No execution gives the price, so it is booked at the mark price, and any difference in the wallet as a correction. BTCUSDT is closing-only now. Keep out with /pause BTCUSDT, or allow entries with /resume BTCUSDT.",
    ],
  ],
  'external.position': [
    [
      { side: 'long', quantity: '0.1', cause: 'reading', isObserving: true },
      'BTCUSDT: long 0.1 on Bybit was not opened by Ballast (reading). It is shown and counts toward risk limits.',
    ],
    [
      { side: 'short', quantity: '0.1', cause: 'reading', isObserving: false },
      'BTCUSDT: short 0.1 on Bybit was not opened by Ballast (reading). It counts toward risk limits and is left untouched. Entries on BTCUSDT are on hold until /adopt BTCUSDT (Ballast takes it over, with a stop) or /ignore BTCUSDT (it stays yours, entries continue).',
    ],
  ],
  'external.order': [
    [
      { side: 'BUY', quantity: '1', price: '60,000' },
      'BTCUSDT: BUY 1 at 60,000 was not placed by Ballast. It counts toward risk limits and is left untouched.',
    ],
  ],
  'symbol.delisted': [
    [
      { quantity: '3', isSettled: true },
      'BTCUSDT has expired on Bybit: the position of 3 was settled. No new position can be opened in it.',
    ],
    [
      { quantity: '3', isSettled: false },
      "BTCUSDT is no longer listed on Bybit, and Ballast's position of 3 is gone with it. It is booked as closed (delisted) at the last mark price, and any difference in the wallet as a correction. Other symbols keep trading.",
    ],
  ],
  'symbol.delisting': [
    [
      { status: 'closed', hasPosition: true },
      'BTCUSDT is no longer listed on Bybit: it is treated as closed, and entries are blocked. Its position is kept on record until the account has been read.',
    ],
    [
      { status: 'closing', hasPosition: true },
      'BTCUSDT is closing on Bybit: entries are blocked. A position is open and exits still work. Close it with /close BTCUSDT while it can be traded.',
    ],
    [{ status: 'prelaunch', hasPosition: false }, 'BTCUSDT is prelaunch on Bybit: entries are blocked.'],
  ],
  'stop.moved_outside': [
    [
      { change: 'tighter', from: 'none', to: '60,000' },
      'BTCUSDT: the stop was moved outside Ballast from none to 60,000. It is tighter, so Ballast keeps it.',
    ],
    [
      { change: 'looser', from: '60,000', to: '59,000' },
      'BTCUSDT: the stop was moved outside Ballast from 60,000 to 59,000. It is looser, so Ballast moves it back. To loosen it: /sl BTCUSDT.',
    ],
    [{ change: 'removed', to: '60,000' }, 'BTCUSDT: the stop was removed outside Ballast. Restoring it at 60,000.'],
  ],
  'signal.exit_dropped': [
    [
      { source: 'tv', signal: 7, hold: 'halt' },
      'BTCUSDT: signal 7 from tv closes the position, and the hold halt lets no strategy exit. The position keeps its stop. Close it yourself: /close BTCUSDT.',
    ],
  ],
  'panic.started': [[{ actor: 'telegram:1' }, 'PANIC by telegram:1: entries on BTCUSDT are on hold, its position is being closed.']],
  'risk.max_drawdown_hit': [
    [
      { tier: 'red', drawdown: 0.2031, limit: 0.2 },
      'Drawdown of 20.31 % reached the red line of 20.00 %: positions are being closed, trading is halted.',
    ],
    [
      { tier: 'orange', drawdown: 0.1, limit: 0.1 },
      'Drawdown of 10.00 % reached the orange line of 10.00 %: entries are on hold, exits continue.',
    ],
  ],
  'risk.day_loss_hit': [
    [
      { lost: '500.00', limit: '500.00' },
      'Daily loss of 500.00 USDT reached the limit of 500.00 USDT: entries are on hold, stops and exits continue. To trade again: /resume.',
    ],
  ],
  'risk.week_loss_hit': [
    [
      { lost: '1000.00', limit: '1000.00', of: 'ema-cross' },
      'Weekly loss of ema-cross of 1000.00 USDT reached the limit of 1000.00 USDT: entries of ema-cross are on hold, stops and exits continue. To trade again: /resume ema-cross.',
    ],
  ],
  'risk.loss_streak': [
    [
      { count: 8, limit: 8 },
      '8 losing trades in a row reached the limit of 8: entries are on hold, stops and exits continue. To trade again after the pause: /resume.',
    ],
  ],
  'risk.execution_storm': [
    [
      { kind: 'rejected', count: 20 },
      'Bybit rejected 20 orders within 10 minutes: entries are on hold, stops and exits continue. Look for the reason in /orders and the alerts before /resume.',
    ],
    [
      { kind: 'slippage', bps: 120.5 },
      'BTCUSDT: the last five fills slipped 120.5 bp on average: its entries are on hold, stops and exits continue. To trade it again after the pause: /resume BTCUSDT.',
    ],
  ],
  'risk.limit_near': [
    [
      { key: 'dayLoss', used: '412.00', limit: '500.00', part: 0.82 },
      '82 % of dayLoss is used: 412.00 of 500.00 USDT. At the limit entries are put on hold; stops and exits continue.',
    ],
    [
      { key: 'weekLoss', used: '90.00', limit: '100.00', part: 0.9, of: 'ema-cross' },
      '90 % of weekLoss of ema-cross is used: 90.00 of 100.00 USDT. At the limit entries are put on hold; stops and exits continue.',
    ],
    [
      { key: 'drawdownRed', used: '12.40 %', limit: '15.00 %', part: 0.82 },
      '82 % of drawdownRed is used: 12.40 % of 15.00 %. At the limit all positions are closed and trading is halted.',
    ],
    [
      { key: 'openPositions', used: '8', limit: '10', part: 0.8 },
      '80 % of openPositions is used: 8 of 10 symbols. What would pass the limit is denied; nothing is closed.',
    ],
  ],
  'risk.open_past_day': [
    [
      { open: '160.00', left: '80.00' },
      'After that withdrawal, open positions risk 160.00 USDT at their stops, more than the 80.00 USDT left of the daily loss limit. Entries are denied until it fits: tighten stops or close part of a position.',
    ],
  ],
  'strategy.error': [[{ strategy: 'mine', failure: 'it threw' }, 'mine stopped: it threw. Its position keeps its stop.']],
  'strategy.changed': [
    [
      { strategy: 'mine' },
      'mine restarts from scratch: its code, parameters, bar interval or the steps of its symbol changed, or it missed bars in safe mode. Its position keeps its stop.',
    ],
  ],
  'strategy.aside': [
    [
      { strategy: 'ml', code: 'no-model', model: 'eth' },
      'ml takes no entries: there is no champion of eth, or its file cannot be used. Exits and stops go on. /model eth why',
    ],
    [
      { strategy: 'ml', code: 'expired', model: 'eth', version: 3, expired: 1_767_225_600_000 },
      'ml takes no entries: eth v3 expired 2026-01-01 00:00 UTC. Exits and stops go on. Fit it again, then promote it: /model eth promote',
    ],
    [
      { strategy: 'ml', code: 'drift', model: 'eth', version: 3, share: 0.41, most: 0.3, feature: 'rsi_14' },
      'ml takes no entries: features with 41 % of the importance of eth v3 have left what it was trained on, rsi_14 first; 30 % are allowed. Exits and stops go on. /model eth why',
    ],
    [
      { strategy: 'ml', code: 'outlier', model: 'eth', version: 3, bars: 0 },
      'ml takes no entries for some bars: the market is unlike all that eth v3 was trained on. Exits and stops go on. /model eth why',
    ],
    [
      { strategy: 'ml', code: 'no-side', model: 'eth', version: 3, target: 'volume' },
      'ml takes no entries: eth v3 predicts volume, which says no side. Exits and stops go on. /model eth why',
    ],
    [{ strategy: 'mine', code: 'rain' }, 'mine takes no entries (rain). Exits and stops go on.'],
  ],
  'strategies.changed': [
    [{ added: ['grid'], changed: [], removed: [], actor: 'cli:1' }, 'Strategies: grid added, by cli:1.'],
    [
      { added: [], changed: ['mine', 'yours'], removed: ['old'], actor: 'cli:1' },
      'Strategies: mine, yours changed; old removed, by cli:1. Entries of what was removed are canceled; its positions keep their stops, and no strategy closes them.',
    ],
  ],
  'reconcile.mismatch': [
    [
      { event: 'order-filled' },
      "BTCUSDT: Bybit reported order-filled, which contradicts the order's state. Entries on BTCUSDT are on hold.",
    ],
  ],
  'position.adl': [
    [{ quantity: '2' }, 'BTCUSDT: Bybit reduces the position by auto-deleveraging (ADL), 2 at market. Pending entries are canceled.'],
  ],
  'position.liquidated': [[{ quantity: '2' }, 'BTCUSDT: Bybit liquidates the position, 2 at market. Pending entries are canceled.']],
  'account.flow': [
    [flow, 'Transfer out: -2000 USDT. It does not count as profit or loss: equity peak and day result are adjusted.'],
    [
      { ...flow, kind: 'other', named: 'GIFT', amount: '+1', coin: 'EXC', symbol: 'EXCUSDT', isMoney: false },
      'Other (GIFT): +1 EXC on EXCUSDT. It does not change the equity used for risk limits.',
    ],
  ],
  'account.unexplained': [
    [
      { ...flow, kind: 'unexplained' },
      "-2000 USDT moved without an entry in Bybit's transaction log. It is booked as unexplained, not as profit or loss. Entries are on hold until an admin checks it: /flows, then /resume.",
    ],
  ],
  'position.unprotected': [
    [{ act: 'close-now', seconds: 0 }, 'BTCUSDT is unprotected: no stop on Bybit, and the price is already beyond it. Closing at market.'],
    [{ act: 'close-late', seconds: 31 }, 'BTCUSDT has been unprotected for 31 s, without a stop on Bybit. Closing at market.'],
    [
      { act: 'repair', seconds: 6 },
      'BTCUSDT is unprotected: no stop on Bybit for 6 s. Setting it again; the position is closed after 30 s.',
    ],
  ],
  'position.dust': [
    [
      { quantity: '0.00001', coin: 'BTC' },
      "BTCUSDT: 0.00001 BTC is below Bybit's minimum order size. It stays in the account and no longer counts as a position.",
    ],
  ],
  'position.oversold': [
    [{ quantity: '0.1', coin: 'BTC' }, 'BTCUSDT: 0.1 BTC more were sold than Ballast held. The proceeds are booked as yours.'],
  ],
  'instrument.changed': [
    [{ change: 'trading' }, 'BTCUSDT is trading again on Bybit.'],
    [{ change: 'limits', limits: ['smallest order'] }, 'Bybit changed smallest order of BTCUSDT, effective immediately.'],
    [
      {
        change: 'steps',
        tick: ['0.1', '0.5'],
        lot: ['0.001', '0.001'],
        moved: [
          { what: 'stop', from: '10.1', to: '10.5' },
          { what: 'target', from: '12.2', to: '12' },
        ],
        rest: undefined,
      },
      'Bybit changed the steps of BTCUSDT (price 0.1 → 0.5). Ballast uses the new ones from now on; its strategy restarts from the candles. Rounded to the safe side: stop 10.1 → 10.5, target 12.2 → 12.',
    ],
    [
      {
        change: 'steps',
        tick: ['0.1', '0.1'],
        lot: ['0.001', '0.01'],
        moved: [{ what: 'order', orderId: 3, to: '9.5' }],
        rest: { held: '0.015', counted: '0.01' },
      },
      'Bybit changed the steps of BTCUSDT (quantity 0.001 → 0.01). Ballast uses the new ones from now on; its strategy restarts from the candles. Rounded to the safe side: order #3 to 9.5. The position of 0.015 is not a multiple of the new step: 0.01 is tracked and can be closed, the rest stays at the exchange.',
    ],
  ],
}

const cases = (Object.keys(rows) as AlertCode[]).flatMap((code) => rows[code].map(([data, sentence]) => [code, data, sentence] as const))
const raised = (alert: string, rest: object) =>
  ({ type: 'alert-raised', alert, severity: 'P3', instrument: undefined, ts: ts(0), ...rest }) as const

test.each(cases)('the alert %s with %o', (alert, data, sentence) => {
  expect(alertSentence(raised(alert, { data }), 'BTCUSDT')).toBe(sentence)
})

test('a panic of the whole account names no symbol', () => {
  expect(alertSentence(raised('panic.started', { data: { actor: 'cli' } }), '')).toBe(
    'PANIC by cli: entries are on hold, positions are being closed.',
  )
})

test('an alert of an older journal keeps its own sentence', () => {
  expect(alertSentence(raised('stop.kept', { summary: 'the stop stays' }), 'BTCUSDT')).toBe('the stop stays')
})
