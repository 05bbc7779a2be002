/**
 * Why the trader does not do what it was asked: a code that stays, the figures that decided, and one sentence of them. What a risk rule denies
 * has that rule as its code and its sentence in risk/denial-sentence.ts.
 */
type Figures = Readonly<Record<string, string | number>>

const didYouMean = (near: string | undefined): string => (near === undefined ? '' : ` Did you mean ${near}?`)

const SENTENCES = {
  observing: () => 'Profile observe sends no orders. Use Bybit’s app.',
  'too-late': ({ minutes }: { readonly minutes: number }) => `Ignored: sent ${minutes} min ago. Send it again.`,
  'key-reused': () => 'This Idempotency-Key was used for another command before. Nothing was sent: use a new one.',
  'trader-restarted': () => 'The trader restarted before it responded. Check the status, then send the command again.',
  'account-unread': ({ problem }: { readonly problem: string }) => `Could not read the account: ${problem}.`,
  'key-unlimited': () =>
    'This key cannot open positions: it has no symbols and no daily notional (key-unlimited). Create one that has: ballast api keys create --preset trader',
  'key-symbol': ({ symbol, symbols }: { readonly symbol: string; readonly symbols: string }) =>
    `This key may not open ${symbol} (key-symbol): its symbols are ${symbols}.`,
  'key-daily-notional': ({ notional, spent, most }: { readonly notional: string; readonly spent: string; readonly most: string }) =>
    `This key may open ${most} USDT a day (key-daily-notional): ${spent} are used since midnight UTC, and this is ${notional}.`,

  'unknown-symbol': ({ symbol, near, traded }: { readonly symbol: string; readonly near?: string | undefined; readonly traded: string }) =>
    `Ballast does not trade '${symbol}'.${didYouMean(near)} Traded: ${traded}.`,
  'symbol-elsewhere': ({ symbol }: { readonly symbol: string }) =>
    `${symbol} is not traded here: add it to manual.symbols and send /reload, then /adopt ${symbol}.`,
  'unknown-strategy': ({ strategy, running }: { readonly strategy: string; readonly running: string }) =>
    `There is no strategy '${strategy}'. Running: ${running}.`,
  'symbol-owned': ({ symbol, owner }: { readonly symbol: string; readonly owner: string }) =>
    `${symbol} belongs to ${owner} (symbol-owned); each symbol has one owner. Add a free symbol to manual.symbols in the configuration.`,
  'owner-is-another': ({ symbol, owner }: { readonly symbol: string; readonly owner: string }) =>
    `${symbol} belongs to ${owner}; each symbol has one owner.`,
  'no-price': ({ symbol }: { readonly symbol: string }) => `${symbol} has no price yet. Try again in a minute.`,

  'not-resumed': ({ why }: { readonly why: string }) => `Not resumed: ${why}.`,
  'no-position': ({ symbol }: { readonly symbol: string }) => `There is no position in ${symbol}.`,
  'side-changed': ({ symbol, side, quantity }: { readonly symbol: string; readonly side: string; readonly quantity: string }) =>
    `The position in ${symbol} changed side: it is ${side} ${quantity} now. Send the command again.`,
  'part-invalid': ({ given }: { readonly given: string }) => `'${given}' is not a part of a position: use 0.5 for half.`,
  'part-too-small': ({ symbol, least }: { readonly symbol: string; readonly least: string }) =>
    `That part of ${symbol} is below the minimum order size ${least}.`,
  'closing-already': ({ symbol }: { readonly symbol: string }) =>
    `${symbol} is being closed at market already: no further order was sent. See the result in /orders.`,
  'stop-not-canceled': () => 'A protective stop is not canceled: move it, or close the position.',
  'no-entry': () => 'There is no open entry to cancel.',
  'no-external': ({ symbol }: { readonly symbol: string }) => `Nothing in ${symbol} is external.`,
  'stop-triggers-now': ({ stop, mark }: { readonly stop: string; readonly mark: string }) =>
    `A stop at ${stop} would trigger now: the mark price is ${mark}. Choose one on the other side.`,

  'price-invalid': ({ given, symbol, step }: { readonly given: string; readonly symbol: string; readonly step: string }) =>
    `'${given}' is not a price of ${symbol} (steps of ${step}).`,
  'quantity-invalid': ({ given, symbol, step }: { readonly given: string; readonly symbol: string; readonly step: string }) =>
    `'${given}' is not a quantity of ${symbol} (steps of ${step}).`,
  'distance-invalid': ({ given }: { readonly given: string }) =>
    `'${given}' is not a distance: use a price distance or a percentage such as 1%.`,
  'target-side': ({ target, from }: { readonly target: string; readonly from: string }) =>
    `The target ${target} is on the wrong side of ${from}.`,
  'size-needs-stop': () => 'A size in percent is the loss at the stop: add sl=.',
  'size-invalid': ({ coin }: { readonly coin: string }) => `Use a size such as 0.05${coin}, $100 or 1%.`,
  'size-too-small': ({
    symbol,
    least,
    worth,
    coin,
  }: {
    readonly symbol: string
    readonly least: string
    readonly worth: string
    readonly coin: string
  }) => `The minimum order size of ${symbol} is ${least} (about ${worth} ${coin}).`,
  'execution-invalid': ({ problem }: { readonly problem: string }) => problem,
  'no-book': ({ symbol, example }: { readonly symbol: string; readonly example: string }) =>
    `There is no order book of ${symbol} yet: set a price, for example limit=${example}, or close at market.`,
  'no-order': ({ order }: { readonly order: number }) => `Ballast has no open order #${order}.`,
  'quantity-filled': ({ filled }: { readonly filled: string }) => `The quantity must be above the ${filled} already filled.`,
  'no-limit-price': ({ order, kind }: { readonly order: number; readonly kind: string }) =>
    `#${order} is a ${kind} order: it has no limit price.`,
  'no-trigger': ({ order, kind }: { readonly order: number; readonly kind: string }) => `#${order} is a ${kind} order: it has no trigger.`,
  'nothing-to-change': () => 'Nothing to change: add limit=, trigger= or qty=.',
  'no-algorithm': ({ id }: { readonly id: number }) => `There is no running execution algorithm #${id}. List them with /algos.`,

  'signal-side-barred': ({ source, barred }: { readonly source: string; readonly barred: string }) =>
    `Ignored: ${source} may not enter ${barred}, and nothing is held against it.`,
  'signal-too-late': ({ minutes }: { readonly minutes: number }) =>
    `Ignored: the entry signal reached the trader ${minutes} min late. Late exits are still executed.`,
  'signal-symbol-owned': ({
    symbol,
    owner,
    strategy,
    kind,
  }: {
    readonly symbol: string
    readonly owner: string
    readonly strategy: string
    readonly kind: string
  }) =>
    `${symbol} belongs to ${owner}, and the source trades for ${strategy} (symbol-owned). Give it the symbol: /strategy ${strategy} add ${symbol} of ${kind}`,
  'signal-strategy': ({
    symbol,
    strategy,
    runs,
    kind,
  }: {
    readonly symbol: string
    readonly strategy: string
    readonly runs: string
    readonly kind: string
  }) => `${strategy} runs ${runs}: signals from outside are for a strategy of ${kind}. Add one: /strategy ${kind} add ${symbol}`,
  'exit-part-invalid': ({ percent }: { readonly percent: string }) => `${percent} % is not a valid part of a position.`,
  'exit-quantity-invalid': ({ given, symbol }: { readonly given: string; readonly symbol: string }) =>
    `${given} is not a valid quantity of ${symbol}.`,

  'no-settings': () => 'This trader has no limits that can be set.',
  'unknown-setting': ({ key, near }: { readonly key: string; readonly near?: string | undefined }) =>
    `There is no risk setting '${key}'.${didYouMean(near)} All settings: /limits.`,
  'setting-scope': ({ key, scopes }: { readonly key: string; readonly scopes: string }) => `${key} is set for ${scopes} only.`,
  'setting-is-configured': ({ key, configured }: { readonly key: string; readonly configured?: string | undefined }) =>
    `${key} already is what the configuration says${configured === undefined ? '' : ` (${configured})`}.`,
  'setting-invalid': ({ key, given, allowed }: { readonly key: string; readonly given: string; readonly allowed: string }) =>
    `${key} cannot be '${given}': use ${allowed}.`,
  'stricter-for-a-time': ({ to, from }: { readonly to: string; readonly from?: string | undefined }) =>
    `${to} is stricter than ${from ?? 'no limit'}: a stricter limit stays until you change it. Leave out the time.`,
  'settings-conflict': ({
    low,
    lowText,
    high,
    highText,
    wants,
  }: {
    readonly low: string
    readonly lowText: string
    readonly high: string
    readonly highText: string
    readonly wants: string
  }) => `${low} (${lowText}) must be ${wants} ${high} (${highText}).`,

  'safe-mode': () => 'Safe mode: strategies do not decide. Restart Ballast first.',
  'plan-invalid': ({ problem, next }: { readonly problem: string; readonly next: string }) => `${problem} ${next}`,
  'symbols-unlisted': ({ symbols, problem }: { readonly symbols: string; readonly problem: string }) => `${symbols}: ${problem}`,
  'position-changes-owner': ({ symbol, owner, heir }: { readonly symbol: string; readonly owner: string; readonly heir: string }) =>
    `${symbol} has a position of ${owner}, so ${heir} cannot take it over. Close it first: /close ${symbol}`,
  'close-before-owner': ({ symbol, owner, heir }: { readonly symbol: string; readonly owner: string; readonly heir: string }) =>
    `${heir} cannot take over ${symbol} while ${owner} has a position in it. Close it first, then assign the symbol.`,
  'changed-since-shown': () => 'Files or positions have changed since the card was shown. Send the command again.',
  'not-kept': ({ problem }: { readonly problem: string }) => `The data directory cannot be written (${problem}), so nothing was changed.`,
} as const

type Sentences = typeof SENTENCES
export type CommandRefusalCode = keyof Sentences
type FiguresOf<Code extends CommandRefusalCode> = Parameters<Sentences[Code]> extends [infer F] ? [figures: F] : []

export class CommandRefusal {
  readonly code: string
  /** Decimal texts, names and counts. */
  readonly figures: Figures
  /** One sentence for who asked. */
  readonly text: string

  constructor(code: string, figures: Figures, text: string) {
    this.code = code
    this.figures = figures
    this.text = text
  }
}

/** @example commandRefusal('no-position', { symbol: 'BTCUSDT' }).text // 'There is no position in BTCUSDT.' */
export function commandRefusal<Code extends CommandRefusalCode>(code: Code, ...[figures]: FiguresOf<Code>): CommandRefusal {
  const sentence = SENTENCES[code] as (figures: unknown) => string
  const known = Object.entries(figures ?? {}).filter((entry): entry is [string, string | number] => entry[1] !== undefined)
  return new CommandRefusal(code, Object.fromEntries(known), sentence(figures ?? {}))
}

/** What the trader answers. */
export const refused = ({ code, figures, text }: CommandRefusal) => ({ status: 'refused', text, refusal: { code, figures } }) as const

export const isRefusal = (value: unknown): value is CommandRefusal => value instanceof CommandRefusal
