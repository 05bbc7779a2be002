/**
 * Strategies: state, parameters, what their decisions cost, and their switch.
 */
import { runLine } from '../data/commands.ts'
import { useRead } from '../data/read.ts'
import { age } from '../data/show.ts'
import { useValue } from '../data/stream.ts'
import type { AccountState, List, Strategy } from '../data/types.ts'
import { CommandButton } from '../parts/command-button.tsx'
import { Panel } from '../parts/panel.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { StrategyState } from '../parts/strategy-state.tsx'

const SWITCHES = [
  ['on', 'Switch on', 'main'],
  ['closing-only', 'Closing only', 'plain'],
  ['off', 'Switch off', 'warn'],
] as const
const isNow = (strategy: Strategy, to: string): boolean => (to === 'on' ? strategy.mode === 'running' : strategy.mode === to)

export function Strategies() {
  const read = useRead<List<Strategy>>('/strategies', 5_000)
  const account = useValue<AccountState>({ ch: 'risk' })
  return (
    <Loaded read={read}>
      {({ data }) =>
        data.length === 0 ? (
          <Empty title="No strategy runs">
            They stand in the configuration, or are added: <code>/strategy add BTC of ema-cross</code>. More in docs/strategies.md.
          </Empty>
        ) : (
          <div class="grid">
            {data.map((strategy) => (
              <Panel title={strategy.name} key={strategy.id} actions={<StrategyState strategy={strategy} />}>
                <dl class="fields">
                  <div>
                    <dt>Code</dt>
                    <dd>
                      {strategy.definition} version {strategy.version}
                    </dd>
                  </div>
                  <div>
                    <dt>Symbols</dt>
                    <dd>{strategy.symbols.join(', ')}</dd>
                  </div>
                  <div>
                    <dt>Parameters</dt>
                    <dd>
                      {Object.entries(strategy.params)
                        .map(([name, value]) => `${name}=${String(value)}`)
                        .join(' ')}
                    </dd>
                  </div>
                  <div>
                    <dt>From</dt>
                    <dd>{strategy.changedBy === null ? 'the configuration' : `a change by ${strategy.changedBy}`}</dd>
                  </div>
                  <div>
                    <dt>Last signal</dt>
                    <dd>{strategy.lastSignalAt === null ? 'none yet' : `${age(strategy.lastSignalAt, account?.updatedAt)} ago`}</dd>
                  </div>
                  <div>
                    <dt>Decision time</dt>
                    <dd>{strategy.load === null ? 'not measured yet' : `p50 ${strategy.load.p50Ms} ms, p99 ${strategy.load.p99Ms} ms`}</dd>
                  </div>
                  {strategy.modeCause === '' ? null : (
                    <div>
                      <dt>Because</dt>
                      <dd>{strategy.modeCause}</dd>
                    </div>
                  )}
                </dl>
                <div class="row">
                  {SWITCHES.filter(([to]) => !isNow(strategy, to)).map(([to, text, tone]) => (
                    <CommandButton
                      key={to}
                      command="strategy"
                      args={{ name: strategy.name, action: to }}
                      tone={tone}
                      label={`${text}: ${strategy.name}`}
                    >
                      {text}
                    </CommandButton>
                  ))}
                  <CommandButton command="strategy" args={{ name: strategy.name, action: 'reload' }} label={`Reload ${strategy.name}`}>
                    Reload
                  </CommandButton>
                  <button type="button" class="button plain" onClick={() => void runLine(`whynot ${strategy.name}`)}>
                    Why not<span class="hidden"> {strategy.name}</span>
                  </button>
                </div>
              </Panel>
            ))}
          </div>
        )
      }
    </Loaded>
  )
}
