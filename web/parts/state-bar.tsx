/**
 * What stands at the top of every page: profile, state of trading, equity and the day, and the two buttons that stop it.
 */
import { badgeOf } from '../../api/commands/reply.ts'
import { useValue } from '../data/stream.ts'
import { amount, dayPercent } from '../data/show.ts'
import type { Login, Status } from '../data/types.ts'
import { CommandButton } from './command-button.tsx'
import { Money } from './money.tsx'

const SIGNS: Readonly<Record<Status['state'], string>> = {
  running: '▶',
  paused: '⏸',
  reducing: '▼',
  halted: '■',
  starting: '…',
  down: '✕',
}

export function StateBar({ login }: { readonly login: Login }) {
  const status = useValue<Status>({ ch: 'status' })
  return (
    <div class="state-bar">
      <span class={`badge profile-${login.profile}`}>
        {badgeOf(login.profile)}
        {login.profile === 'live' ? ' · real money' : ''}
      </span>
      {status == null ? (
        <span class="quiet">…</span>
      ) : (
        <>
          <span class={`trading trading-${status.state}`}>
            <span aria-hidden="true">{SIGNS[status.state]}</span> {status.state.toUpperCase()}
          </span>
          <span class="figure">
            {amount(status.equity)} <span class="quiet">USDT</span>
          </span>
          <span class="figure">
            <span class="quiet">day</span> <Money value={status.dayPnl} />{' '}
            <span class="quiet">({dayPercent(status.equity, status.dayPnl)})</span>
          </span>
        </>
      )}
    </div>
  )
}

export function Stops() {
  const status = useValue<Status>({ ch: 'status' })
  return (
    <div class="row stops">
      {status?.state === 'running' || status == null ? (
        <CommandButton command="pause" tone="warn">
          Pause
        </CommandButton>
      ) : (
        <CommandButton command="resume" tone="main">
          Resume
        </CommandButton>
      )}
      <CommandButton command="panic" tone="bad">
        Panic
      </CommandButton>
    </div>
  )
}
