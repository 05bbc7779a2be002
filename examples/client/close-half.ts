/**
 * Closes half of a position in two steps with the typed client: the card is shown, then confirmed. Run it beside a running Ballast with
 * `BALLAST_KEY=tk_… npx tsx examples/client/close-half.ts BTCUSDT`, with a key of the preset `closer`.
 */
import { randomUUID } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { RestError, type RestOptions, restClient } from '../../api/clients/rest-client.ts'

/** What was done, in one sentence. @param isSure looks at the card and says yes or no */
export async function closeHalf(options: RestOptions, symbol: string, isSure: (card: string) => boolean): Promise<string> {
  const { call } = restClient(options)
  // One key for one wish: sent again after a lost answer, it closes nothing twice.
  const asked = await call('POST /positions/{id}/close', {
    path: { id: symbol },
    body: { fraction: '0.5', because: 'half of the move is made' },
    idempotencyKey: randomUUID(),
  })
  if (asked.confirmation === undefined) return asked.reply.title
  const { title, fields } = asked.reply
  const card = [title, ...fields.map(({ name, value }) => `  ${name}: ${value}`)].join('\n')
  const decision = isSure(card) ? 'yes' : 'no'
  const { reply } = await call('POST /confirmations/{id}', { path: { id: asked.confirmation.id }, body: { decision } })
  return reply.title
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const options = { baseUrl: process.env.BALLAST_URL ?? 'http://127.0.0.1:8080', token: process.env.BALLAST_KEY ?? '' }
  try {
    const done = await closeHalf(options, process.argv[2] ?? 'BTCUSDT', (card) => {
      process.stdout.write(`${card}\n`)
      return true
    })
    process.stdout.write(`${done}\n`)
  } catch (cause) {
    // A refusal has a code for programs and a sentence for people.
    if (!(cause instanceof RestError)) throw cause
    process.stderr.write(`${cause.code}: ${cause.message}\n`)
    process.exitCode = 1
  }
}
