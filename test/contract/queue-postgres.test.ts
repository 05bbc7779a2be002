/**
 * The queue suite on PostgreSQL.
 */
import { afterAll, beforeAll, describe } from 'vitest'
import { JobQueues } from '../../jobs/queues.ts'
import { type TemporaryDatabase, makeTemporaryDatabase } from '../support/process/temporary-database.ts'
import { describeQueues } from './queue.contract.ts'

const temporary = await makeTemporaryDatabase()

describe.skipIf(temporary === undefined)('queues on PostgreSQL', () => {
  let database: TemporaryDatabase
  let number = 0
  beforeAll(() => {
    database = temporary as TemporaryDatabase
  })
  afterAll(async () => {
    await database.remove()
  }, 30_000)
  describeQueues({
    fresh: () => {
      number += 1
      return new JobQueues({ databaseUrl: database.url, redisUrl: undefined, prefix: `t${number}`, onError: () => {} })
    },
  })
})
