/**
 * The chart of a symbol: candles, our fills, and the lines of the open position, which can be moved.
 */
import { useEffect, useMemo, useState } from 'preact/hooks'
import { type Problem, get } from '../data/api.ts'
import { useCell } from '../data/cell.ts'
import { mergeCandles } from '../data/candles.ts'
import { run } from '../data/commands.ts'
import { addressOf, place } from '../data/places.ts'
import { useRead } from '../data/read.ts'
import { price } from '../data/show.ts'
import { stream, useRows, useValue } from '../data/stream.ts'
import type { Candle, Fill, List, Position } from '../data/types.ts'
import { CommandButton, useMay } from '../parts/command-button.tsx'
import { Money } from '../parts/money.tsx'
import { Panel } from '../parts/panel.tsx'
import { type Level, PriceChart } from '../parts/price-chart.tsx'
import { Empty, Failed, Loading } from '../parts/states.tsx'
import { decimalsOf } from '../../src/core/decimal.ts'

const INTERVALS = ['1m', '5m', '15m', '1h', '4h', '1d'] as const
const COUNT = 500

interface Instrument {
  readonly symbol: string
  readonly tickSize: string
}

export function Chart() {
  const { parts } = useCell(place)
  const instruments = useRead<List<Instrument>>('/instruments', 600_000)
  const symbols = instruments.data?.data ?? []
  const symbol = parts[0] ?? symbols[0]?.symbol
  const interval = INTERVALS.find((each) => each === parts[1]) ?? '1m'
  if (symbol === undefined)
    return instruments.problem === undefined ? (
      instruments.data === undefined ? (
        <Loading />
      ) : (
        <Empty title="Nothing is traded here" />
      )
    ) : (
      <Failed problem={instruments.problem} />
    )
  const go = (to: string, by: string): void => {
    location.hash = addressOf('chart', to, by)
  }
  return (
    <Panel
      title={symbol}
      isWide
      actions={
        <>
          <label>
            Symbol
            <select value={symbol} onChange={(event) => go(event.currentTarget.value, interval)}>
              {symbols.map((each) => (
                <option key={each.symbol}>{each.symbol}</option>
              ))}
            </select>
          </label>
          <label>
            Interval
            <select value={interval} onChange={(event) => go(symbol, event.currentTarget.value)}>
              {INTERVALS.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
        </>
      }
    >
      <SymbolChart
        key={`${symbol} ${interval}`}
        symbol={symbol}
        interval={interval}
        decimals={decimalsOf(symbols.find((each) => each.symbol === symbol)?.tickSize ?? '0.01')}
      />
    </Panel>
  )
}

function SymbolChart({ symbol, interval, decimals }: { readonly symbol: string; readonly interval: string; readonly decimals: number }) {
  const { candles, problem, onOlder } = useCandles(symbol, interval)
  const fills = useRead<List<Fill>>(`/fills?symbol=${encodeURIComponent(symbol)}&limit=200`)
  const positions = useRows<Position>('positions')
  const position = positions.rows.find((each) => each.symbol === symbol)
  const may = useMay('sl')
  const { entryPrice, stopLoss, takeProfit } = position ?? { entryPrice: null, stopLoss: null, takeProfit: null }
  const levels = useMemo(
    (): readonly Level[] =>
      [
        ['entry', entryPrice],
        ['stop', stopLoss],
        ['target', takeProfit],
      ].flatMap(([name, at]) => (at === null ? [] : [{ name, price: at } as Level])),
    [entryPrice, stopLoss, takeProfit],
  )
  const fillRows = useMemo(() => fills.data?.data ?? [], [fills.data])
  if (candles.length === 0) return problem === undefined ? <Loading rows={8} /> : <Failed problem={problem} />
  return (
    <>
      {position === undefined ? (
        <p class="quiet">No position in {symbol}.</p>
      ) : (
        <div class="row">
          <span>
            {position.side} {position.quantity} from {price(position.entryPrice)}: <Money value={position.unrealizedPnl} unit="USDT" />
          </span>
          {['50%', 'all'].map((amount) => (
            <CommandButton key={amount} command="close" args={{ what: symbol, amount }} tone={amount === 'all' ? 'bad' : 'plain'}>
              Close {amount}
            </CommandButton>
          ))}
          <a href={addressOf('positions')}>Move stop and target by keyboard</a>
        </div>
      )}
      <PriceChart
        candles={candles}
        fills={fillRows}
        levels={levels}
        decimals={decimals}
        label={`Candles of ${symbol}, ${interval}; last close ${price(candles.at(-1)?.close ?? null)}`}
        onMove={may && position !== undefined ? (name, to) => void run(name === 'stop' ? 'sl' : 'tp', { symbol, to }) : undefined}
        onOlder={onOlder}
      />
      <p class="quiet">
        {may && position !== undefined ? 'Drag the line of the stop or the target to another price; it is asked as in chat. ' : ''}
        Closed candles. Drawn by{' '}
        <a href="https://www.tradingview.com/" rel="noreferrer" target="_blank">
          TradingView Lightweight Charts™
        </a>
        .
      </p>
    </>
  )
}

/** The newest candles, live; older ones when the left end comes in sight. */
function useCandles(symbol: string, interval: string): { candles: readonly Candle[]; problem: Problem | undefined; onOlder: () => void } {
  const [candles, setCandles] = useState<readonly Candle[]>([])
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  const [cursor, setCursor] = useState<string | null>(null)
  const [isAsking, setAsking] = useState(false)
  const { count } = useCell(stream.connection)
  const last = useValue<Candle>({ ch: 'candles', symbol, interval })
  const path = `/candles?symbol=${encodeURIComponent(symbol)}&interval=${interval}&limit=${COUNT}`
  useEffect(() => {
    void get<List<Candle>>(path).then((answer) => {
      if (!answer.ok) return setProblem(answer.error)
      setCandles((before) => mergeCandles(before, answer.value.data))
      setCursor((before) => before ?? answer.value.nextCursor)
    })
  }, [path, count])
  useEffect(() => {
    if (last != null) setCandles((before) => (before.length === 0 ? before : mergeCandles(before, [last])))
  }, [last])
  const onOlder = (): void => {
    if (cursor === null || isAsking) return
    setAsking(true)
    void get<List<Candle>>(`${path}&cursor=${encodeURIComponent(cursor)}`).then((answer) => {
      setAsking(false)
      if (!answer.ok) return
      setCandles((before) => mergeCandles(before, answer.value.data))
      setCursor(answer.value.nextCursor)
    })
  }
  return { candles, problem, onOlder }
}
