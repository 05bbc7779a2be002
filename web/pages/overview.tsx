/**
 * The overview: the state, the day, what is at stake, and what needs somebody.
 */
import { useCell } from '../data/cell.ts'
import { runLine } from '../data/commands.ts'
import { addressOf } from '../data/places.ts'
import { useRead } from '../data/read.ts'
import { age, amount, gaugesOf, price, time } from '../data/show.ts'
import { stream, useRows, useValue } from '../data/stream.ts'
import type { AccountState, AlertProblem, Equity, HealthPart, List, Position, Status, Strategy, Trade } from '../data/types.ts'
import { toFloat } from '../../api/amount.ts'
import { CommandButton } from '../parts/command-button.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { GaugeBar } from '../parts/gauge.tsx'
import { HealthList } from '../parts/health-list.tsx'
import { Money } from '../parts/money.tsx'
import { Panel } from '../parts/panel.tsx'
import { ProblemList } from '../parts/problem-list.tsx'
import { Sparkline } from '../parts/sparkline.tsx'
import { Empty, Loaded, Loading } from '../parts/states.tsx'
import { StrategyState } from '../parts/strategy-state.tsx'

const TRADES_SHOWN = 6

export function Overview() {
  const status = useValue<Status>({ ch: 'status' })
  const account = useValue<AccountState>({ ch: 'risk' })
  const positions = useRows<Position>('positions')
  const trades = useRows<Trade>('trades')
  const now = account?.updatedAt
  return (
    <div class="grid">
      <Holds status={status} />
      <EquityPanel status={status} />
      <Panel title="Risk" isDouble actions={<a href={addressOf('risk')}>Limits</a>}>
        {account == null ? (
          <Loading />
        ) : (
          <div class="gauges">
            {gaugesOf(account).map((gauge) => (
              <GaugeBar gauge={gauge} key={gauge.name} />
            ))}
          </div>
        )}
      </Panel>
      <Panel title="Open positions" isWide actions={<a href={addressOf('positions')}>All</a>}>
        {!positions.isLoaded ? (
          <Loading />
        ) : positions.rows.length === 0 ? (
          <Empty title="No position is open">Strategies open them at the close of a bar; {amountOf(status)} of them decide.</Empty>
        ) : (
          <DataTable
            caption="Open positions"
            rows={positions.rows}
            keyOf={({ id }) => id}
            columns={[
              { title: 'Symbol', cell: ({ symbol }) => <a href={addressOf('chart', symbol)}>{symbol}</a> },
              { title: 'Side', cell: ({ side }) => side },
              { title: 'Size', isNumber: true, cell: ({ quantity }) => quantity },
              { title: 'Result', isNumber: true, cell: ({ unrealizedPnl }) => <Money value={unrealizedPnl} /> },
              {
                title: 'Stop',
                isNumber: true,
                cell: ({ stopLoss }) => (stopLoss === null ? <span class="lost">⚠ none</span> : price(stopLoss)),
              },
              { title: 'Age', isNumber: true, cell: ({ openedAt }) => age(openedAt, now) },
            ]}
          />
        )}
      </Panel>
      <AlertPanel />
      <StrategyPanel />
      <Panel title="Last trades" actions={<a href={addressOf('trades')}>All</a>}>
        {!trades.isLoaded ? (
          <Loading />
        ) : trades.rows.length === 0 ? (
          <Empty title="Nothing was traded yet" />
        ) : (
          <ul class="lines">
            {[...trades.rows]
              .sort((a, b) => b.number - a.number)
              .slice(0, TRADES_SHOWN)
              .map(({ id, number, symbol, side, pnl, isOpen, exitAt, entryAt }) => (
                <li key={id} class="trade-line">
                  <button type="button" class="link" onClick={() => void runLine(`trade ${number}`)}>
                    #{number}
                  </button>
                  <span>
                    {side} {symbol}
                    <span class="quiet"> {isOpen ? 'open' : `${age(exitAt ?? entryAt, now)} ago`}</span>
                  </span>
                  <Money value={pnl} />
                </li>
              ))}
          </ul>
        )}
      </Panel>
      <FeedPanel />
    </div>
  )
}

const amountOf = (status: Status | null | undefined): string =>
  status == null ? 'some' : `${status.strategies.up} of ${status.strategies.total}`

function Holds({ status }: { readonly status: Status | null | undefined }) {
  if (status == null || status.holds.length === 0) return null
  return (
    <Panel title="What holds trading" isWide>
      <ul class="lines">
        {status.holds.map(({ id, scope, effect, cause, reason, since, until }) => (
          <li key={id}>
            <span>
              <strong>{scope}</strong>: {effect} ({cause}){reason === '' ? '' : `, ${reason}`}
            </span>
            <span class="quiet">
              since {time(since, status.barsClosedAt)}
              {until === null ? '' : ` until ${time(until, status.barsClosedAt)}`}
            </span>
            <CommandButton
              command="resume"
              args={{ target: scope === 'account' ? 'all' : scope.split(':').slice(1).join(':') }}
              label={`Resume ${scope}`}
            >
              Resume
            </CommandButton>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function EquityPanel({ status }: { readonly status: Status | null | undefined }) {
  const read = useRead<List<Equity>>('/equity?limit=300')
  return (
    <Panel title="Equity" actions={<a href={addressOf('performance')}>Performance</a>}>
      {status == null ? null : (
        <p class="headline">
          {amount(status.equity)} <span class="quiet">USDT</span> <Money value={status.dayPnl} /> <span class="quiet">today</span>
        </p>
      )}
      <Loaded read={read}>
        {({ data }) =>
          data.length < 2 ? (
            <Empty title="Too little yet">A point is kept with each bar.</Empty>
          ) : (
            <Sparkline
              values={data.map(({ equity }) => toFloat(equity)).reverse()}
              label={`Equity from ${amount(data.at(-1)?.equity ?? '0')} to ${amount(data[0]?.equity ?? '0')} USDT`}
            />
          )
        }
      </Loaded>
      {status == null ? null : (
        <dl class="fields">
          <div>
            <dt>At stake</dt>
            <dd>{amount(status.openRisk)} USDT if every stop fills at its price</dd>
          </div>
          <div>
            <dt>Last fill</dt>
            <dd>{status.lastFillAt === null ? 'none yet' : `${age(status.lastFillAt, status.barsClosedAt)} ago`}</dd>
          </div>
          <div>
            <dt>As of</dt>
            <dd>
              {status.profile === 'sim' ? 'sim time ' : ''}
              {time(status.barsClosedAt, undefined)}
            </dd>
          </div>
        </dl>
      )}
    </Panel>
  )
}

function AlertPanel() {
  const read = useRead<List<AlertProblem>>('/alerts/open', 5_000)
  return (
    <Panel title="Open alerts" actions={<a href={addressOf('alerts')}>All</a>}>
      <Loaded read={read}>
        {({ data }) => (data.length === 0 ? <Empty title="✓ No alert is open" /> : <ProblemList problems={data} />)}
      </Loaded>
    </Panel>
  )
}

function StrategyPanel() {
  const read = useRead<List<Strategy>>('/strategies')
  return (
    <Panel title="Strategies" actions={<a href={addressOf('strategies')}>All</a>}>
      <Loaded read={read}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No strategy runs">Only what you open by hand is traded.</Empty>
          ) : (
            <ul class="lines">
              {data.map((strategy) => (
                <li key={strategy.id}>
                  <span>
                    {strategy.name} <span class="quiet">{strategy.symbols.join(', ')}</span>
                  </span>
                  <StrategyState strategy={strategy} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  )
}

function FeedPanel() {
  const read = useRead<List<HealthPart>>('/health', 5_000)
  const { state } = useCell(stream.connection)
  return (
    <Panel title="Feeds and components" actions={<a href={addressOf('system')}>System</a>}>
      <p>This page: {state === 'live' ? '✓ live' : state === 'connecting' ? '… connecting' : '✕ not connected'}</p>
      <Loaded read={read}>{({ data }) => <HealthList parts={data} isShort />}</Loaded>
    </Panel>
  )
}
