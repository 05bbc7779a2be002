/**
 * `signal test FILE`: what a body in a file would do, by a source of the running Ballast or by a format.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import type { ApiClient, ApiFailure, CommandAnswer } from '../../../api/client.ts'
import type { Result } from '../../core/result.ts'
import { CliError, EXIT } from '../exit.ts'

/** As large as a signal may be. */
const BYTES_MAX = 16_384
const NEXT = 'For example: ballast signal test body.json --source tv-trend'

/** @param show prints an answer, or throws what is wrong with it */
export async function testSignal(
  client: ApiClient,
  words: readonly string[],
  show: (answer: Result<CommandAnswer, ApiFailure>) => Promise<void>,
): Promise<void> {
  const [file, ...more] = words
  if (file === undefined) throw new CliError(EXIT.usage, 'Name the file with the body.', NEXT)
  if (!existsSync(file)) {
    // What is no file is the words of a body, as in chat: signal test line long BTC 1%.
    await show(await client.runLine(['signal', 'test', ...words].join(' ')))
    return
  }
  if (statSync(file).size > BYTES_MAX)
    throw new CliError(EXIT.usage, `${file} is larger than a signal, which has at most ${BYTES_MAX} bytes.`, NEXT)
  const by = readAs(more)
  const body = readFileSync(file, 'utf8').trim()
  await show(await client.runArgs('signal', { action: 'test', ...by, body }))
}

function readAs(words: readonly string[]): { readonly name: string } | { readonly format: string } {
  const [flag = '', value, ...rest] = words.flatMap((word) => word.split('='))
  const key = flag.replace(/^--/, '')
  if ((key !== 'source' && key !== 'format') || value === undefined || rest.length > 0)
    throw new CliError(EXIT.usage, 'Say by which source or format it is to be read.', NEXT)
  return key === 'source' ? { name: value } : { format: value }
}
