/**
 * Which commands of the registry the terminal has, with their words for the help: a plain list, so that `--help` loads nothing.
 * Never differs from the registry: a test compares them.
 */
export const STEERING = [
  { name: 'status', summary: 'state, equity, day, risk and health on one card', usage: '' },
  { name: 'positions', summary: 'open positions, or the card of one', usage: '[sym] [pnl|size|age]' },
  { name: 'orders', summary: 'open and conditional orders', usage: '[sym]' },
  { name: 'trades', summary: 'the last closed trades with their result and reason', usage: '[n] [sym] [strategy]' },
  { name: 'trade', summary: 'one trade with its fills and costs', usage: '<number>' },
  { name: 'why', summary: 'why a trade was opened and closed, from the record', usage: '<trade number|order id|sym>' },
  { name: 'balance', summary: 'wallet, margin and what is free', usage: '' },
  {
    name: 'pnl',
    summary: 'result of a period, with fees, win rate and drawdown',
    usage: '[1d|7d|30d|90d|ytd|all|from..to] [day|sym|strategy]',
  },
  { name: 'risk', summary: 'limits, how much of each is used, and what is left', usage: '' },
  { name: 'strategies', summary: 'each strategy with its state, symbols and day', usage: '' },
  { name: 'strategy', summary: 'show a strategy, or switch it on, off or to closing only', usage: '<name> [show|on|off|close-only]' },
  { name: 'pause', summary: 'no new entries; exits, stops and reductions go on', usage: '[all|strategy|sym] [for 2h] [reason]' },
  { name: 'resume', summary: 'entries again, after a look at what holds them', usage: '[all|strategy|sym]' },
  {
    name: 'close',
    summary: 'close a position or a part of it, at market, reduce-only',
    usage: '<sym|#n|all|profit|loss> [50%|0.5BTC|$100]',
  },
  { name: 'cancel', summary: 'cancel an entry, those of a symbol, or all; never a protective stop', usage: '<order id|sym|all>' },
  { name: 'panic', summary: 'close everything that Ballast opened, cancel the rest, halt', usage: '[reason]' },
  { name: 'halt', summary: 'no orders at all but exits that a person asks for; stops stay on Bybit', usage: '<reason>' },
  { name: 'health', summary: 'how each part is', usage: '' },
] as const
