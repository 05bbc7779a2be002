/**
 * Which commands of the registry the terminal has, with their words for the help: a plain list, so that `--help` loads nothing.
 * Never edited by hand: `npm run docs` writes it from the registry.
 */
export const STEERING = [
  { name: 'status', summary: 'state, equity, day, risk and health on one card', usage: '' },
  { name: 'balance', summary: 'wallet, margin and what is free', usage: '' },
  { name: 'flows', summary: 'transfers, interest and whatever else moved money without a trade of Ballast', usage: '' },
  {
    name: 'pnl',
    summary: 'result of a period, with fees, win rate and drawdown',
    usage: '[1d|7d|30d|90d|ytd|all|from..to] [day|sym|strategy]',
  },
  { name: 'risk', summary: 'limits, how much of each is used, and what is left', usage: '' },
  { name: 'positions', summary: 'open positions, or the card of one', usage: '[sym] [pnl|size|age]' },
  { name: 'orders', summary: 'open and conditional orders', usage: '[sym]' },
  { name: 'trades', summary: 'the last closed trades with their result and reason', usage: '[n] [sym] [strategy]' },
  { name: 'trade', summary: 'one trade with its fills and costs', usage: '<number>' },
  { name: 'strategies', summary: 'each strategy with its state, symbols and day', usage: '' },
  { name: 'strategy', summary: 'show a strategy, or switch it on, off or to closing only', usage: '<name> [show|on|off|close-only]' },
  { name: 'why', summary: 'why a trade was opened and closed, from the record', usage: '<trade number|order id|sym>' },
  { name: 'pause', summary: 'no new entries; exits, stops and reductions go on', usage: '[all|strategy|sym] [for 2h] [reason]' },
  { name: 'resume', summary: 'entries again, after a look at what holds them', usage: '[all|strategy|sym]' },
  { name: 'halt', summary: 'no orders at all but exits that a person asks for; stops stay on Bybit', usage: '<reason>' },
  {
    name: 'panic',
    summary: 'close everything that Ballast opened, or what it opened in one symbol, and halt that',
    usage: '[all|sym] [reason]',
  },
  {
    name: 'close',
    summary: 'close a position or a part of it, at market or at a price; never more than is held',
    usage: '<sym|#n|all|profit|loss> [50%|0.5BTC|$100] [limit|limit=64500] [algo=twap:10m]',
  },
  {
    name: 'cancel',
    summary: 'cancel an entry, those of a symbol, all, or a close at a price; never a protective stop',
    usage: '<order id|sym|all>',
  },
  {
    name: 'open',
    summary: 'enter by hand, with a stop; passes the same risk checks as a strategy',
    usage: '<long|short> <sym> <$100|1%|0.05BTC> sl=<price|2%> [tp=4%,8%] [limit=] [at=] [or=] [tif=] [for=] [algo=twap:30m]',
  },
  {
    name: 'sl',
    summary: 'move the stop of a position, or let it trail; a stop is never taken off',
    usage: '<sym> <price|2%|be|trail> [1%|off]',
  },
  { name: 'tp', summary: 'set, move or take off the target of a whole position', usage: '<sym> <price|4%|off>' },
  {
    name: 'amend',
    summary: 'change price, trigger or quantity of an open order in place',
    usage: '<order id|sym> [limit=] [trigger=] [qty=]',
  },
  {
    name: 'adopt',
    summary: 'make a position that is not Ballast’s its own: an owner, and a stop at once',
    usage: '<sym> [strategy] [sl=<price|2%>]',
  },
  { name: 'ignore', summary: 'leave a position that is not Ballast’s as it is, and let entries on the symbol go on', usage: '<sym>' },
  { name: 'reconcile', summary: 'where Ballast’s books and Bybit differ, read now; fix carries out what is proposed', usage: '[fix]' },
  { name: 'algos', summary: 'orders that are worked in parts: how far, at which price', usage: '[all]' },
  { name: 'algo', summary: 'pause, resume or cancel an order that is worked in parts', usage: '<id|sym> <pause|resume|cancel>' },
  { name: 'health', summary: 'how each part is', usage: '' },
] as const
