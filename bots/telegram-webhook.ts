/**
 * The webhook of Telegram: a port on loopback that takes updates with their secret.
 * Never reads a body without the secret, nor one that is larger than an update.
 */
import { timingSafeEqual } from 'node:crypto'
import { type Server, createServer } from 'node:http'

const BODY_MAX = 262_144

export interface WebhookPorts {
  readonly secret: string
  readonly port: number
  readonly take: (body: string) => void
}

export async function listenForUpdates({ secret, port, take }: WebhookPorts): Promise<() => Promise<void>> {
  const expected = Buffer.from(secret)
  const server: Server = createServer((request, response) => {
    const given = Buffer.from(String(request.headers['x-telegram-bot-api-secret-token'] ?? ''))
    const isRight = given.length === expected.length && timingSafeEqual(given, expected)
    if (request.method !== 'POST' || request.url !== '/telegram' || !isRight) {
      response.writeHead(isRight ? 404 : 401).end()
      return
    }
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > BODY_MAX) request.destroy()
      else chunks.push(chunk)
    })
    request.on('end', () => {
      response.writeHead(200).end()
      take(Buffer.concat(chunks).toString())
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
}
