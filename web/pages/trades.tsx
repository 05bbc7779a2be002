/**
 * The journal: trades with filters, what was written about them, and the file of all.
 */
import { useState } from 'preact/hooks'
import { negate } from '../../api/amount.ts'
import { get } from '../data/api.ts'
import { run, runLine } from '../data/commands.ts'
import { useRead } from '../data/read.ts'
import { price, signed, time } from '../data/show.ts'
import { useValue } from '../data/stream.ts'
import type { AccountState, List, Trade } from '../data/types.ts'
import { CommandButton, useMay } from '../parts/command-button.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { Money } from '../parts/money.tsx'
import { Panel } from '../parts/panel.tsx'
import { Empty, Loaded } from '../parts/states.tsx'

const PAGE = 50
type Status = '' | 'open' | 'closed'

export function Trades() {
  const [symbol, setSymbol] = useState('')
  const [strategy, setStrategy] = useState('')
  const [status, setStatus] = useState<Status>('')
  const account = useValue<AccountState>({ ch: 'risk' })
  const query = new URLSearchParams({
    limit: String(PAGE),
    ...(symbol === '' ? {} : { symbol }),
    ...(strategy === '' ? {} : { strategy }),
    ...(status === '' ? {} : { status }),
  }).toString()
  const all = useRead<List<Trade>>('/trades?limit=200')
  const names = (of: (trade: Trade) => string): readonly string[] => [...new Set((all.data?.data ?? []).map(of))].sort()
  const year = (account?.updatedAt ?? '').slice(0, 4)
  return (
    <Panel
      title="Journal"
      isWide
      actions={
        year === '' ? undefined : (
          <a class="button plain" href={`/api/v1/export/trades?year=${year}&format=csv`} download={`trades-${year}.csv`}>
            CSV of {year}
          </a>
        )
      }
    >
      <div class="row filters">
        <Choice label="Symbol" value={symbol} values={names((trade) => trade.symbol)} onChange={setSymbol} />
        <Choice label="Strategy" value={strategy} values={names((trade) => trade.strategy)} onChange={setStrategy} />
        <Choice label="State" value={status} values={['open', 'closed']} onChange={(value) => setStatus(value as Status)} />
      </div>
      <TradeList query={query} key={query} now={account?.updatedAt} />
    </Panel>
  )
}

function TradeList({ query, now }: { readonly query: string; readonly now: string | undefined }) {
  const read = useRead<List<Trade>>(`/trades?${query}`)
  const [older, setOlder] = useState<readonly Trade[]>([])
  const [next, setNext] = useState<string | null | undefined>(undefined)
  const more = async (cursor: string): Promise<void> => {
    const answer = await get<List<Trade>>(`/trades?${query}&cursor=${encodeURIComponent(cursor)}`)
    if (!answer.ok) return
    setOlder([...older, ...answer.value.data])
    setNext(answer.value.nextCursor)
  }
  return (
    <Loaded read={read} rows={8}>
      {({ data, nextCursor }) => {
        const cursor = next === undefined ? nextCursor : next
        const known = new Set(data.map(({ id }) => id))
        const rows = [...data, ...older.filter(({ id }) => !known.has(id))]
        return rows.length === 0 ? (
          <Empty title="No trade fits">The first one stands here when its entry has filled.</Empty>
        ) : (
          <>
            <DataTable
              caption="Trades"
              isBroad
              rows={rows}
              keyOf={({ id }) => id}
              columns={[
                {
                  title: 'Trade',
                  cell: ({ number }) => (
                    <button type="button" class="link" onClick={() => void runLine(`trade ${number}`)}>
                      #{number}
                    </button>
                  ),
                },
                { title: 'Symbol', cell: (trade) => `${trade.side} ${trade.symbol}` },
                { title: 'Strategy', cell: (trade) => trade.strategy },
                { title: 'Entry', isNumber: true, cell: ({ entryPrice, entryAt }) => `${price(entryPrice)} · ${time(entryAt, now)}` },
                {
                  title: 'Exit',
                  isNumber: true,
                  cell: ({ exitPrice, exitAt, exitReason, isOpen }) =>
                    isOpen ? 'open' : `${price(exitPrice)} · ${time(exitAt, now)}, ${exitReason ?? ''}`,
                },
                { title: 'Result', isNumber: true, cell: ({ pnl }) => <Money value={pnl} /> },
                { title: 'R', isNumber: true, cell: ({ resultR }) => (resultR === null ? '–' : <Money value={resultR} />) },
                { title: 'Worst, best', isNumber: true, cell: ({ mae, mfe }) => `${signed(negate(mae))}, ${signed(mfe)}` },
                { title: 'Note', cell: (trade) => <Note trade={trade} /> },
                {
                  title: 'Why',
                  cell: ({ number }) => (
                    <CommandButton line={`why ${number}`} label={`Why trade ${number}`}>
                      Why
                    </CommandButton>
                  ),
                },
              ]}
            />
            {cursor === null ? null : (
              <button type="button" class="button plain" onClick={() => void more(cursor)}>
                Older trades
              </button>
            )}
          </>
        )
      }}
    </Loaded>
  )
}

function Note({ trade: { number, note, tags } }: { readonly trade: Trade }) {
  const may = useMay('note')
  const [isOpen, setOpen] = useState(false)
  const [text, setText] = useState(note)
  if (isOpen)
    return (
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault()
          setOpen(false)
          void run('note', { trade: String(number), text: text.trim() === '' ? 'off' : text.trim() })
        }}
      >
        <input
          aria-label={`Note on trade ${number}`}
          value={text}
          maxLength={400}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setOpen(false)
          }}
        />
        <button type="submit" class="button plain">
          Keep
        </button>
      </form>
    )
  return (
    <>
      {note === '' ? null : <span class="note">{note}</span>}
      {tags.map((tag) => (
        <span class="tag" key={tag}>
          {tag}
        </span>
      ))}
      {may ? (
        <button type="button" class="link" onClick={() => setOpen(true)}>
          {note === '' ? 'Write' : 'Change'}
          <span class="hidden"> the note on trade {number}</span>
        </button>
      ) : null}
    </>
  )
}

function Choice({
  label,
  value,
  values,
  onChange,
}: {
  readonly label: string
  readonly value: string
  readonly values: readonly string[]
  readonly onChange: (value: string) => void
}) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">all</option>
        {values.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  )
}
