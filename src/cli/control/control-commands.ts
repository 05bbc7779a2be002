/**
 * Which commands of the registry the terminal has, with their words for the help: a plain list, so that `--help` loads nothing.
 * Made from the registry by `npm run docs`: a change by hand is lost.
 */
export const STEERING = [
  { name: 'status', summary: 'show state, equity, day result, risk and health', usage: '' },
  { name: 'balance', summary: 'show wallet, used margin and free balance', usage: '' },
  { name: 'flows', summary: 'list transfers, interest and other money that moved without a trade by Ballast', usage: '' },
  {
    name: 'pnl',
    summary: 'show the result of a period, with fees, win rate and drawdown',
    usage: '[1d|7d|30d|90d|ytd|all|from..to] [day|sym|strategy]',
  },
  { name: 'risk', summary: 'show risk limits and how much of each is used', usage: '' },
  {
    name: 'limits',
    summary: 'list risk settings and where they come from; set one for the account, a strategy or a symbol',
    usage: '[sym|strategy] | set <key> <value> [sym|strategy] [for 4h] | reset <key> [sym|strategy]',
  },
  { name: 'daily', summary: 'show the result of each day (UTC) in USDT and percent, with trades, fees and funding', usage: '[n]' },
  { name: 'weekly', summary: 'show the result of each week (UTC) in USDT and percent, with trades, fees and funding', usage: '[n]' },
  { name: 'monthly', summary: 'show the result of each month (UTC) in USDT and percent, with trades, fees and funding', usage: '[n]' },
  {
    name: 'performance',
    summary: 'show trades, result, share of wins and profit factor by symbol and strategy',
    usage: '[1d|7d|30d|90d|ytd|all|from..to] [sym|strategy]',
  },
  {
    name: 'exposure',
    summary: 'show open value by symbol, side, strategy and cluster of correlated symbols',
    usage: '[sym|side|strategy|cluster]',
  },
  {
    name: 'funding',
    summary: 'show funding paid and received by symbol, and the next settlement',
    usage: '[1d|7d|30d|90d|ytd|all|from..to]',
  },
  {
    name: 'stats',
    summary: 'show profit factor, expectancy, streaks, MAE/MFE and exits of closed trades',
    usage: '[1d|7d|30d|90d|ytd|all|from..to] [strategy|sym]',
  },
  {
    name: 'measures',
    summary: 'show VaR, Sharpe, drawdown, beta and risk level of the account, a strategy or a symbol',
    usage: '[strategy|sym]',
  },
  {
    name: 'stress',
    summary: 'show what a crash, a volatility storm, funding or an outage would do to open positions',
    usage: '[btc-crash|btc-rally|vol-double|correlation-one|funding-spike|outage]',
  },
  { name: 'positions', summary: 'list open positions, or show one', usage: '[sym] [pnl|size|age]' },
  { name: 'orders', summary: 'list open and conditional orders', usage: '[sym]' },
  { name: 'trades', summary: 'list the last closed trades with result and exit reason', usage: '[n] [sym] [strategy]' },
  { name: 'trade', summary: 'show one trade with its fills and costs', usage: '<number>' },
  { name: 'strategies', summary: 'list strategies with state, symbols and day result', usage: '' },
  {
    name: 'strategy',
    summary: 'show a strategy, switch it, or change it while Ballast runs: code, parameters, symbols',
    usage: '<name> [on|off|close-only|reload|reset|remove [close]] | add <sym>… [of <name>] | set <param=value>… | symbols <sym>…',
  },
  { name: 'reload', summary: 'load the configuration’s strategies and symbols and all strategy code again, without a restart', usage: '' },
  { name: 'why', summary: 'explain why a trade was opened and closed', usage: '[trade number|order id|sym]' },
  {
    name: 'whynot',
    summary: 'list entries that were refused: the rule, its figures, and what would have been sent',
    usage: '[sym|strategy] [n]',
  },
  { name: 'audit', summary: 'list changes of risk settings: who, when, from what to what, and by which way', usage: '[n]' },
  {
    name: 'whatif',
    summary: 'show what an entry would be, its risk and which rule would deny it; nothing is sent',
    usage: '<long|short> <sym> <$100|1%|0.05BTC> [sl=<price|2%>] [tp=4%,8%] [limit=] [at=] [or=] [tif=] [for=] [algo=twap:30m]',
  },
  { name: 'note', summary: 'write a note on a trade, or show it', usage: '<trade number|sym> [text|off]' },
  { name: 'tag', summary: 'tag a trade with words, or show its tags', usage: '<trade number|sym> [a,b|off]' },
  { name: 'pause', summary: 'stop new entries; exits, stops and reductions continue', usage: '[all|strategy|sym] [for 2h] [reason]' },
  { name: 'resume', summary: 'lift holds and allow entries again', usage: '[all|strategy|sym]' },
  { name: 'halt', summary: 'stop all orders except exits you request; stops stay on Bybit', usage: '<reason>' },
  { name: 'panic', summary: 'close everything Ballast opened, or one symbol, and halt it', usage: '[all|sym] [reason]' },
  {
    name: 'close',
    summary: 'close all or part of a position, at market or at a limit price',
    usage: '<sym|#n|all|profit|loss> [50%|0.5BTC|$100] [limit|limit=64500] [algo=twap:10m]',
  },
  {
    name: 'cancel',
    summary: 'cancel one entry, the entries of a symbol, all entries, or a limit close; never a protective stop',
    usage: '<order id|sym|all>',
  },
  {
    name: 'open',
    summary: 'open a position by hand, with a stop; the same risk checks as for strategies apply',
    usage: '<long|short> <sym> <$100|1%|0.05BTC> sl=<price|2%> [tp=4%,8%] [limit=] [at=] [or=] [tif=] [for=] [algo=twap:30m]',
  },
  { name: 'sl', summary: 'move the stop of a position, or trail it; a stop is never removed', usage: '<sym> <price|2%|be|trail> [1%|off]' },
  { name: 'tp', summary: 'set, move or remove the target of a whole position', usage: '<sym> <price|4%|off>' },
  {
    name: 'amend',
    summary: 'change price, trigger or quantity of an open order in place',
    usage: '<order id|sym> [limit=] [trigger=] [qty=]',
  },
  {
    name: 'adopt',
    summary: 'take over a position that Ballast did not open: set its owner and a stop',
    usage: '<sym> [strategy] [sl=<price|2%>]',
  },
  { name: 'ignore', summary: 'leave a position that Ballast did not open untouched, and allow entries on its symbol', usage: '<sym>' },
  { name: 'reconcile', summary: 'compare Ballast’s records with Bybit now; fix applies the proposed corrections', usage: '[fix]' },
  { name: 'algos', summary: 'list execution algorithms in progress: filled, average price', usage: '[all]' },
  { name: 'algo', summary: 'pause, resume or cancel an execution algorithm', usage: '<id|sym> <pause|resume|cancel>' },
  { name: 'health', summary: 'show the health of each component', usage: '' },
] as const
