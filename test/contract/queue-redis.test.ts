/**
 * The queue suite on Redis, where a server can be started here.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { JobQueues } from '../../jobs/queues.ts'
import { describeQueues } from './queue.contract.ts'

const PORT = 16_399
const isHere = spawnSync('redis-server', ['--version']).status === 0
if (!isHere) process.stderr.write('\n!! Queues on Redis are SKIPPED: install redis-server (apt-get install redis-server).\n')

describe.skipIf(!isHere)('queues on Redis', () => {
  let server: ChildProcess
  let directory = ''
  let number = 0
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ballast-redis-'))
    server = spawn('redis-server', ['--port', String(PORT), '--bind', '127.0.0.1', '--save', '', '--dir', directory], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await new Promise<void>((resolve) => {
      server.stdout?.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('Ready to accept connections')) resolve()
      })
    })
  }, 20_000)
  afterAll(() => {
    server.kill('SIGTERM')
    rmSync(directory, { recursive: true, force: true })
  })
  describeQueues({
    fresh: () => {
      number += 1
      return new JobQueues({ databaseUrl: '', redisUrl: `redis://127.0.0.1:${PORT}`, prefix: `t${number}`, onError: () => {} })
    },
  })
})
