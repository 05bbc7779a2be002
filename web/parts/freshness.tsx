/**
 * Says how old the page is where it is not live: the connection is away, or the trader has not reported.
 */
import { useEffect, useState } from 'preact/hooks'
import { useCell } from '../data/cell.ts'
import { duration, wallTime } from '../data/show.ts'
import { stream, useValue } from '../data/stream.ts'
import type { Status } from '../data/types.ts'

const SECOND_MS = 1_000
/** A connection that is back so soon is not worth a word. */
const QUIET_MS = 1_500

export function Freshness() {
  const { state, heardAt } = useCell(stream.connection)
  const status = useValue<Status>({ ch: 'status' })
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS)
    return () => clearInterval(timer)
  }, [])
  const isAway = state === 'away' && (heardAt === undefined || now - heardAt > QUIET_MS)
  useEffect(() => {
    document.documentElement.dataset.old = String(isAway || status?.isOld === true)
  }, [isAway, status?.isOld])
  return (
    <div class="freshness" role="status">
      {isAway ? (
        <p class="old">
          ⚠ No connection to Ballast
          {heardAt === undefined ? '' : ` since ${wallTime(heardAt)}: what you see is ${duration(now - heardAt)} old`}. Connecting again…
        </p>
      ) : status?.notice == null ? null : (
        <p class="old">⚠ {status.notice}</p>
      )}
    </div>
  )
}
