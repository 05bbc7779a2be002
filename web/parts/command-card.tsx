/**
 * The answer of a command that only looks, as a part of a page.
 */
import { useEffect, useState } from 'preact/hooks'
import type { Result } from '../../src/core/result.ts'
import { type Problem, send } from '../data/api.ts'
import { useCell } from '../data/cell.ts'
import { actions, afterAnswer, type Read } from '../data/read.ts'
import { stream } from '../data/stream.ts'
import type { CommandAnswer } from '../data/types.ts'
import { useMay } from './command-button.tsx'
import { ReplyCard } from './reply-card.tsx'
import { Empty, Failed, Loading } from './states.tsx'

export function CommandCard({ line, isHeaded = true }: { readonly line: string; readonly isHeaded?: boolean }) {
  const name = line.split(' ')[0] ?? ''
  const may = useMay(name)
  const { count } = useCell(stream.connection)
  const acted = useCell(actions)
  const [{ data, problem }, setRead] = useState<Read<CommandAnswer>>({ data: undefined, problem: undefined, at: undefined })
  useEffect(() => {
    let isGone = false
    if (may)
      void send<CommandAnswer>('POST', '/commands', { line }).then((answer: Result<CommandAnswer, Problem>) => {
        if (!isGone) setRead((before) => afterAnswer(before, answer, Date.now()))
      })
    return () => {
      isGone = true
    }
  }, [line, may, count, acted])
  if (!may) return <Empty title="Not for your role">{`/${name} needs a higher one.`}</Empty>
  if (data !== undefined) return <ReplyCard card={data} isHeaded={isHeaded} />
  if (problem === undefined) return <Loading />
  return problem.reply === undefined ? <Failed problem={problem} /> : <ReplyCard card={{ reply: problem.reply }} />
}
