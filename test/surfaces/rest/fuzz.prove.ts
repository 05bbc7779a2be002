/**
 * Ten thousand requests by the OpenAPI document.
 */
import { expect, test } from 'vitest'
import { fuzzRequests } from '../../support/rest/fuzz-requests.ts'

test(
  '10,000 requests by the OpenAPI document: no error of ours, no status that it has not, nothing done unsaid',
  {
    timeout: 180_000,
  },
  async () => expect(await fuzzRequests(10_000)).toEqual([]),
)
