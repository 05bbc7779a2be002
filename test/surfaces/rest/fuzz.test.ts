/**
 * A thousand requests by the OpenAPI document; ten thousand: fuzz.prove.ts.
 */
import { expect, test } from 'vitest'
import { fuzzRequests, operations } from '../../support/rest/fuzz-requests.ts'

test(
  '1,000 requests by the OpenAPI document: no error of ours, no status that it has not, nothing done unsaid',
  {
    timeout: 60_000,
  },
  async () => expect(await fuzzRequests(1_000)).toEqual([]),
)

test('the document has no guess in a query, no flag in a pattern, and says which bodies are required', () => {
  for (const { method, path, parameters, body } of operations) {
    for (const { name, schema } of parameters) {
      expect(JSON.stringify(schema), `${method} ${path} ${name}`).not.toMatch(/"type":\["|anyOf/)
      expect(JSON.stringify(schema), `${method} ${path} ${name}`).not.toContain('"const":[')
    }
    if (body !== undefined) expect(typeof body.isRequired).toBe('boolean')
  }
})
