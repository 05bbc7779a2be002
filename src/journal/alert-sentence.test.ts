/**
 * What people read of each alert that the kernel raises, and of alerts in journals of before they had data.
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
      'BTCUSDT: the stop stays at 60,000 for the whole position. The entry asked for 59,000, which is farther away: move it with /sl BTCUSDT.',
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
      'BTCUSDT: Bybit rejected the exit #8 (110017 zero). Most likely its stop was quicker: the account is being read.',
    ],
  ],
  'external.reduced': [
    [
      { quantity: '0.5', cause: 'execution', left: '0.25', isPriceUnknown: false, strategy: 'ema-cross' },
      'BTCUSDT: 0.5 of ours was closed outside Ballast (execution), 0.25 is left. It is booked as your close. BTCUSDT and ema-cross are closing-only: keep out (/pause BTCUSDT) or re-enter (/resume BTCUSDT).',
    ],
    [
      { quantity: '0.5', cause: 'unknown', left: undefined, isPriceUnknown: true, strategy: undefined },
      'BTCUSDT: 0.5 of ours was closed outside Ballast (unknown), all of it. No execution gives the price: it is booked at the mark, and what the wallet shows beyond it as a correction. BTCUSDT is closing-only: keep out (/pause BTCUSDT) or re-enter (/resume BTCUSDT).',
    ],
  ],
  'external.position': [
    [
      { side: 'long', quantity: '0.1', cause: 'reading', isObserving: true },
      "BTCUSDT: long 0.1 on Bybit is not Ballast's (reading). It is shown, and counted by risk.",
    ],
    [
      { side: 'short', quantity: '0.1', cause: 'reading', isObserving: false },
      "BTCUSDT: short 0.1 on Bybit is not Ballast's (reading). It is counted by risk and left alone. Entries on BTCUSDT are held until /adopt BTCUSDT (ours from then on, with a stop) or /ignore BTCUSDT (stays yours, entries go on).",
    ],
  ],
  'external.order': [
    [{ side: 'BUY', quantity: '1', price: '60,000' }, "BTCUSDT: BUY 1 at 60,000 is not Ballast's. It is counted by risk and left alone."],
  ],
  'symbol.delisted': [
    [{ quantity: '3', isSettled: true }, 'BTCUSDT has ended on Bybit: the position of 3 was settled. No new position can be opened in it.'],
    [
      { quantity: '3', isSettled: false },
      'BTCUSDT: Bybit does not list it any more, and 3 of ours is gone with it. It is booked as closed (delisted) at the last mark; what the wallet shows beyond it is booked as a correction. Everything else goes on.',
    ],
  ],
  'symbol.delisting': [
    [
      { status: 'closed', hasPosition: true },
      'BTCUSDT is not listed on Bybit any more: it is treated as closed and takes no entries. Its position stays in the books until the account has been read.',
    ],
    [
      { status: 'closing', hasPosition: true },
      'BTCUSDT is closing on Bybit: no entries. A position is open; exits go on. Close it with /close BTCUSDT while it can be traded.',
    ],
    [{ status: 'prelaunch', hasPosition: false }, 'BTCUSDT is prelaunch on Bybit: no entries.'],
  ],
  'stop.moved_outside': [
    [
      { change: 'tighter', from: 'none', to: '60,000' },
      'BTCUSDT: the stop was moved outside Ballast from none to 60,000: tighter, so it counts from now on.',
    ],
    [
      { change: 'looser', from: '60,000', to: '59,000' },
      'BTCUSDT: the stop was moved outside Ballast from 60,000 to 59,000: looser, so it is set back. Use /sl BTCUSDT to loosen it.',
    ],
    [{ change: 'removed', to: '60,000' }, 'BTCUSDT: the stop was removed outside Ballast. Setting it again at 60,000.'],
  ],
  'panic.started': [[{ actor: 'telegram:1' }, 'PANIC by telegram:1: entries on BTCUSDT are held, its position is being closed.']],
  'risk.max_drawdown_hit': [
    [
      { tier: 'red', drawdown: 0.2031, limit: 0.2 },
      'drawdown 20.31 % reached the red line of 20.00 %: positions are being closed, trading is halted.',
    ],
    [{ tier: 'orange', drawdown: 0.1, limit: 0.1 }, 'drawdown 10.00 % reached the orange line of 10.00 %: no new entries, exits go on.'],
  ],
  'risk.day_loss_hit': [
    [
      { lost: '500.00', limit: '500.00' },
      'the day has lost 500.00 USDT of the 500.00 USDT that it may lose: no new entries until a person resumes; stops and exits go on.',
    ],
  ],
  'risk.open_past_day': [
    [
      { open: '160.00', left: '80.00' },
      'Open positions may lose 160.00 USDT at their stops, more than the 80.00 USDT that the day may still lose since that money left. No entry passes until it fits again: move stops nearer, or close a part.',
    ],
  ],
  'strategy.error': [[{ strategy: 'mine', failure: 'it threw' }, 'mine stopped: it threw. Its position keeps its stop.']],
  'strategy.changed': [
    [
      { strategy: 'mine' },
      'mine has other code, other parameters or bars of another length than before, has missed bars in safe mode, or its symbol counts in other steps: it starts anew. A position that it holds keeps its stop.',
    ],
  ],
  'reconcile.mismatch': [
    [{ event: 'order-filled' }, 'BTCUSDT: Bybit reported order-filled for an order that cannot have it. Entries on BTCUSDT are held.'],
  ],
  'position.adl': [[{ quantity: '2' }, 'BTCUSDT: Bybit reduces it to cover others (ADL), 2 at market. Pending entries are canceled.']],
  'position.liquidated': [[{ quantity: '2' }, 'BTCUSDT: Bybit liquidates it, 2 at market. Pending entries are canceled.']],
  'account.flow': [
    [flow, 'Transfer out: -2000 USDT. It is no result: peak and day move with it.'],
    [
      { ...flow, kind: 'other', named: 'GIFT', amount: '+1', coin: 'EXC', symbol: 'EXCUSDT', isMoney: false },
      'Other (GIFT): +1 EXC on EXCUSDT. It does not change the equity that risk counts with.',
    ],
  ],
  'account.unexplained': [
    [
      { ...flow, kind: 'unexplained' },
      '-2000 USDT moved and the transaction log of Bybit does not say why. It is booked as unexplained, not as a result. Entries are held until an admin has looked at it: /flows, then /resume.',
    ],
  ],
  'position.unprotected': [
    [{ act: 'close-now', seconds: 0 }, 'BTCUSDT has no stop on Bybit and the price is through it: closing at market.'],
    [{ act: 'close-late', seconds: 31 }, 'BTCUSDT has had no stop on Bybit for 31 s: closing at market.'],
    [{ act: 'repair', seconds: 6 }, 'BTCUSDT has no stop on Bybit for 6 s. Setting it again; closed at 30 s.'],
  ],
  'position.dust': [
    [
      { quantity: '0.00001', coin: 'BTC' },
      'BTCUSDT: 0.00001 BTC is less than Bybit sells at once. It stays in the account and no longer counts as a position.',
    ],
  ],
  'position.oversold': [
    [{ quantity: '0.1', coin: 'BTC' }, 'BTCUSDT: 0.1 BTC were sold beyond what Ballast held. The proceeds are booked as yours.'],
  ],
  'instrument.changed': [
    [{ change: 'trading' }, 'BTCUSDT is trading again on Bybit.'],
    [{ change: 'limits', limits: ['smallest order'] }, 'Bybit changed smallest order of BTCUSDT; in force at once.'],
    [
      {
        change: 'steps',
        tick: ['0.1', '0.5'],
        lot: ['0.001', '0.001'],
        moved: [{ what: 'stop', from: '10.1', to: '10.5' }],
        rest: undefined,
      },
      'Bybit changed the steps of BTCUSDT (price 0.1 → 0.5). Ballast counts in the new ones from here on; its strategy starts anew from the candles. Moved to the safe side: its stop 10.1 → 10.5.',
    ],
    [
      {
        change: 'steps',
        tick: ['0.1', '0.1'],
        lot: ['0.001', '0.01'],
        moved: [{ what: 'order', orderId: 3, to: '9.5' }],
        rest: { held: '0.015', counted: '0.01' },
      },
      'Bybit changed the steps of BTCUSDT (quantity 0.001 → 0.01). Ballast counts in the new ones from here on; its strategy starts anew from the candles. Moved to the safe side: order #3 to 9.5. The position of 0.015 is no whole number of the new step: 0.01 is counted and can be closed, the rest stays at the exchange.',
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
    'PANIC by cli: entries are held, positions are being closed.',
  )
})

test('an alert of an older journal keeps its own sentence', () => {
  expect(alertSentence(raised('stop.kept', { summary: 'the stop stays' }), 'BTCUSDT')).toBe('the stop stays')
})
