/**
 * Open positions with what can be done about each, and the orders.
 */
import { useState } from 'preact/hooks'
import { registry, run, runLine } from '../data/commands.ts'
import { addressOf } from '../data/places.ts'
import { age, distance, price, time } from '../data/show.ts'
import { useRows, useValue } from '../data/stream.ts'
import type { AccountState, Order, Position } from '../data/types.ts'
import { CommandButton, useMay } from '../parts/command-button.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { Money } from '../parts/money.tsx'
import { Panel } from '../parts/panel.tsx'
import { Empty, Loading } from '../parts/states.tsx'
import { useCell } from '../data/cell.ts'
import { signOf } from '../../api/amount.ts'

const PARTS = ['25%', '50%', '100%'] as const

export function Positions() {
  const positions = useRows<Position>('positions')
  const orders = useRows<Order>('orders')
  const account = useValue<AccountState>({ ch: 'risk' })
  const now = account?.updatedAt
  useCell(registry)
  return (
    <>
      <Panel
        title="Positions"
        isWide
        actions={
          positions.rows.length < 2 ? undefined : (
            <CommandButton line="close all" tone="bad">
              Close all
            </CommandButton>
          )
        }
      >
        {!positions.isLoaded ? (
          <Loading />
        ) : positions.rows.length === 0 ? (
          <Empty title="No position is open">
            What opens next stands here at once. By hand: <code>/open long BTC 1% sl=2%</code> in the palette.
          </Empty>
        ) : (
          <div class="positions">
            {positions.rows.map((position) => (
              <PositionCard position={position} now={now} key={position.id} />
            ))}
          </div>
        )}
      </Panel>
      <OrderPanel title="Open orders" isOpen rows={orders.rows} isLoaded={orders.isLoaded} now={now} />
      <OrderPanel title="Last orders" isOpen={false} rows={orders.rows} isLoaded={orders.isLoaded} now={now} />
    </>
  )
}

function PositionCard({ position, now }: { readonly position: Position; readonly now: string | undefined }) {
  const {
    symbol,
    side,
    quantity,
    entryPrice,
    markPrice,
    unrealizedPnl,
    stopLoss,
    takeProfit,
    strategy,
    tradeNumber,
    openedAt,
    externalQuantity,
  } = position
  const isExternal = signOf(externalQuantity) !== 0
  return (
    <article class="position" aria-label={`${side} ${symbol}`}>
      <header>
        <h3>
          <a href={addressOf('chart', symbol)}>{symbol}</a> <span class="side">{side === 'long' ? '▲ long' : '▼ short'}</span> {quantity}
        </h3>
        <span class="headline">
          <Money value={unrealizedPnl} unit="USDT" />
        </span>
      </header>
      <dl class="fields">
        <div>
          <dt>Entry</dt>
          <dd>{price(entryPrice)}</dd>
        </div>
        <div>
          <dt>Mark</dt>
          <dd>{price(markPrice)}</dd>
        </div>
        <div>
          <dt>Stop</dt>
          <dd class={stopLoss === null ? 'lost' : ''}>
            {stopLoss === null ? '⚠ none at the exchange' : `${price(stopLoss)} (${distance(stopLoss, markPrice)})`}
          </dd>
        </div>
        <div>
          <dt>Target</dt>
          <dd>{takeProfit === null ? 'none' : `${price(takeProfit)} (${distance(takeProfit, markPrice)})`}</dd>
        </div>
        <div>
          <dt>Strategy</dt>
          <dd>{strategy ?? 'none'}</dd>
        </div>
        <div>
          <dt>Open for</dt>
          <dd>{age(openedAt, now)}</dd>
        </div>
        {isExternal ? (
          <div>
            <dt>Not Ballast’s</dt>
            <dd>
              {externalQuantity} {position.isExternalIgnored ? '(left alone)' : ''}
            </dd>
          </div>
        ) : null}
      </dl>
      <div class="row">
        {PARTS.map((part) => (
          <CommandButton
            key={part}
            command="close"
            args={{ what: symbol, amount: part === '100%' ? 'all' : part }}
            tone={part === '100%' ? 'bad' : 'plain'}
            label={`Close ${part} of ${symbol}`}
          >
            Close {part}
          </CommandButton>
        ))}
        {tradeNumber === null ? null : (
          <button type="button" class="button plain" onClick={() => void runLine(`why ${tradeNumber}`)}>
            Why<span class="hidden"> {symbol}</span>
          </button>
        )}
        {isExternal ? (
          <CommandButton command="adopt" args={{ symbol }}>
            Adopt
          </CommandButton>
        ) : null}
      </div>
      <Protection position={position} />
    </article>
  )
}

/** Moves of the stop and the target: a price, or what chat understands beside. */
function Protection({ position: { symbol, stopLoss, takeProfit } }: { readonly position: Position }) {
  const may = useMay('sl')
  if (!may) return null
  return (
    <details class="protection">
      <summary>Move stop or target</summary>
      <PriceForm
        command="sl"
        name={`Stop of ${symbol}`}
        symbol={symbol}
        value={stopLoss ?? ''}
        hint="price, 2%, or be for break-even"
        verb="Move stop"
      />
      <PriceForm
        command="tp"
        name={`Target of ${symbol}`}
        symbol={symbol}
        value={takeProfit ?? ''}
        hint="price, 4%, or off"
        verb="Move target"
      />
    </details>
  )
}

function PriceForm(form: {
  readonly command: 'sl' | 'tp'
  readonly name: string
  readonly symbol: string
  readonly value: string
  readonly hint: string
  readonly verb: string
}) {
  const [text, setText] = useState(form.value)
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== '') void run(form.command, { symbol: form.symbol, to: text.trim() })
      }}
    >
      <label>
        {form.name} <span class="quiet">({form.hint})</span>
        <input value={text} autoComplete="off" onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <button type="submit" class="button plain">
        {form.verb}
      </button>
    </form>
  )
}

const ENDED_SHOWN = 30

function OrderPanel({
  title,
  isOpen,
  rows,
  isLoaded,
  now,
}: {
  readonly title: string
  readonly isOpen: boolean
  readonly rows: readonly Order[]
  readonly isLoaded: boolean
  readonly now: string | undefined
}) {
  const shown = rows
    .filter((order) => order.isOpen === isOpen)
    .sort((a, b) => b.submittedAt.localeCompare(a.submittedAt))
    .slice(0, isOpen ? undefined : ENDED_SHOWN)
  return (
    <Panel title={title} isWide>
      {!isLoaded ? (
        <Loading />
      ) : shown.length === 0 ? (
        <Empty title={isOpen ? 'No order is open' : 'No order has ended yet'} />
      ) : (
        <DataTable
          caption={title}
          rows={shown}
          keyOf={({ id }) => id}
          columns={[
            { title: 'Time', cell: ({ submittedAt }) => time(submittedAt, now) },
            { title: 'Symbol', cell: ({ symbol }) => symbol },
            { title: 'Order', cell: ({ side, type }) => `${side} ${type}` },
            { title: 'Class', cell: ({ class: kind }) => kind },
            { title: 'Filled', isNumber: true, cell: ({ filledQuantity, quantity }) => `${filledQuantity} of ${quantity}` },
            {
              title: 'Price',
              isNumber: true,
              cell: ({ averagePrice, price: limit, triggerPrice }) => price(averagePrice ?? limit ?? triggerPrice),
            },
            { title: 'State', cell: ({ status }) => status },
            ...(isOpen
              ? [
                  {
                    title: 'Do',
                    cell: ({ id, symbol, class: kind }: Order) =>
                      kind === 'protective' ? (
                        <span class="quiet">a stop is moved, not canceled</span>
                      ) : (
                        <CommandButton command="cancel" args={{ what: id }} label={`Cancel the order in ${symbol}`}>
                          Cancel
                        </CommandButton>
                      ),
                  },
                ]
              : []),
          ]}
        />
      )}
    </Panel>
  )
}
