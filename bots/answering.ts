/**
 * What a user is answered when their command cannot be: the database is away, or Ballast failed.
 */
import { type Reply, reply } from '../api/commands/reply.ts'
import { databaseText } from '../api/commands/silence.ts'
import type { BotPorts } from './ports.ts'

/** Undefined where the command has not ended in time: the chat was informed, and gets the result as a message of its own when there is one. */
export async function whileItAnswers<T>(
  { database, badge, log }: Pick<BotPorts, 'database' | 'badge' | 'log'>,
  run: () => Promise<T>,
  tell: (outgoing: Reply) => Promise<unknown>,
): Promise<T | undefined> {
  const say = (title: string, text: string): Promise<unknown> => tell({ ...reply(title, { tone: 'bad', text }), badge })
  const since = database.downSinceMs()
  // What never reached it was not taken.
  if (since !== undefined) {
    await say('Not done', databaseText('does not answer', since, false))
    return undefined
  }
  let takeBack = (): void => {}
  const lost = new Promise<'lost'>((resolve) => {
    takeBack = database.onDown(() => resolve('lost'))
  })
  const work = run()
  try {
    const first = await Promise.race([work.then((value) => ({ value })), lost])
    if (first !== 'lost') return first.value
    work.catch((thrown: unknown) => log('warn', `a command ended without an answer: ${lineOf(thrown)}`))
    await say('No answer yet', databaseText('does not answer', database.downSinceMs(), true))
  } catch (thrown) {
    const trouble = database.troubleOf(thrown)
    if (trouble === undefined)
      log('error', `a command failed: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`)
    if (trouble === undefined) await say('Internal error in Ballast', 'The log has the cause. Check /status before you send it again.')
    else await say('No answer', databaseText(trouble, database.downSinceMs(), true))
  } finally {
    takeBack()
  }
  return undefined
}

const lineOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown)).slice(0, 200)
