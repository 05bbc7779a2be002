/**
 * Signals: what came in from outside and what became of it, what strategies wanted, and who may send.
 */
import { useRead } from '../data/read.ts'
import { time } from '../data/show.ts'
import { useRows, useValue } from '../data/stream.ts'
import type { AccountState, List, Signal, SignalSource } from '../data/types.ts'
import type { Decision } from '../data/types.ts'
import { CommandButton, useMay } from '../parts/command-button.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { Panel } from '../parts/panel.tsx'
import { Empty, Loaded, Loading } from '../parts/states.tsx'

const SHOWN = 40

export function Signals() {
  const read = useRead<List<Signal>>('/signals?limit=50', 5_000)
  const mayManage = useMay('signal', ['add'])
  const wanted = useRows<Decision>('signals')
  const account = useValue<AccountState>({ ch: 'risk' })
  const now = account?.updatedAt
  return (
    <div class="grid">
      <Panel title="From outside" isWide>
        <Loaded read={read}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title="No signal came in yet">
                A source gets an address of its own: <code>/signal source add tv format=tradingview</code>. More in docs/webhooks.md.
              </Empty>
            ) : (
              <DataTable
                caption="Signals from outside"
                rows={data}
                keyOf={({ id }) => id}
                columns={[
                  { title: 'Signal', cell: ({ number }) => `#${number}` },
                  { title: 'Received', cell: ({ receivedAt }) => time(receivedAt, undefined) },
                  { title: 'Source', cell: ({ source }) => source },
                  { title: 'Wish', cell: ({ symbol, wish }) => [symbol, wish].filter((part) => part !== null).join(' ') || '–' },
                  { title: 'Verdict', cell: ({ status, code }) => `${status}${code === null ? '' : `: ${code}`}` },
                  { title: 'What became of it', cell: ({ result }) => result },
                  {
                    title: 'Body',
                    cell: ({ body }) => (
                      <details>
                        <summary>as it came</summary>
                        <pre>{body}</pre>
                      </details>
                    ),
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Panel>
      <Panel title="What strategies wanted" isWide>
        {!wanted.isLoaded ? (
          <Loading />
        ) : wanted.rows.length === 0 ? (
          <Empty title="No strategy has wanted to enter yet" />
        ) : (
          <DataTable
            caption="What strategies wanted to enter, newest first"
            rows={[...wanted.rows].reverse().slice(0, SHOWN)}
            keyOf={({ id }) => id}
            columns={[
              { title: 'Time', cell: ({ ts }) => time(ts, now) },
              { title: 'Strategy', cell: ({ strategy }) => strategy },
              { title: 'Wanted', cell: ({ side, symbol }) => `${side} ${symbol}` },
              { title: 'Became', cell: ({ kind, rule }) => (kind === 'order' ? '✓ an order' : `✕ denied: ${rule ?? ''}`) },
              { title: 'Why', cell: ({ why }) => why ?? '' },
            ]}
          />
        )}
      </Panel>
      {mayManage && <Sources />}
    </div>
  )
}

/** For who may change them. */
function Sources() {
  const sources = useRead<List<SignalSource>>('/signal-sources')
  return (
    <Panel title="Sources" isWide actions={<CommandButton line="signal source list">As a card</CommandButton>}>
      <Loaded read={sources}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="Nobody may send yet" />
          ) : (
            <DataTable
              caption="Sources of signals"
              rows={data}
              keyOf={({ id }) => id}
              columns={[
                { title: 'Source', cell: ({ name }) => name },
                { title: 'Format', cell: ({ format }) => format },
                { title: 'Mode', cell: ({ mode }) => mode },
                { title: 'Symbols', cell: ({ symbols }) => symbols?.join(', ') ?? 'all' },
                { title: 'Last', cell: ({ lastAt }) => time(lastAt, undefined) },
                {
                  title: 'Do',
                  cell: ({ name }) => (
                    <div class="row">
                      <CommandButton line={`signal source rotate ${name}`} label={`Rotate the address of ${name}`}>
                        Rotate
                      </CommandButton>
                      <CommandButton line={`signal source remove ${name}`} label={`Remove ${name}`}>
                        Remove
                      </CommandButton>
                    </div>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  )
}
