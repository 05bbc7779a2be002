/**
 * What users read of models, and what is asked before another one trades.
 */
import { expect, test } from 'vitest'
import type { ModelLineView, ModelVersion } from '../../src/ml/champion/line-view.ts'
import { by, makeWorld } from '../support/command-world.ts'
import { strategyRowOf } from '../support/strategy-row.ts'

const version = (over: Partial<ModelVersion> = {}): ModelVersion => ({
  version: 1,
  role: 'champion',
  problem: null,
  kind: 'gbdt',
  says: 'probability',
  createdAt: 0,
  expiresAt: null,
  symbols: ['ETHUSDT'],
  intervalMs: 300_000,
  features: 2,
  rows: 600,
  seenUntil: 0,
  verdict: { accepted: true, score: 'auc', value: 0.5412, luck: 0.003 },
  importance: [
    ['rsi_14', 0.7],
    ['return_1', 0.3],
  ],
  hash: 'abcdef123456',
  ...over,
})
const line = (over: Partial<ModelLineView> = {}): ModelLineView => ({
  line: 'eth',
  problem: null,
  champion: 1,
  versions: [version({ version: 2, role: 'challenger', kind: 'logistic', verdict: null }), version()],
  changes: [{ action: 'promote', to: 1, from: null, actor: 'cli', atMs: 0 }],
  ...over,
})
const report = (over: object = {}) => ({
  line: 'eth',
  aside: null,
  champion: { version: 1, says: 'probability', expiresAt: null, distanceMax: 6.5 },
  markets: [
    {
      market: 'ETHUSDT',
      prediction: 0.5312,
      expectedBps: 4.21,
      distance: 0.9,
      parts: [
        { name: 'rsi_14', value: 31.2, part: 0.21 },
        { name: 'return_1', value: -0.0021, part: -0.05 },
      ],
    },
  ],
  drift: {
    rowsMissing: 0,
    share: 0.3,
    features: [{ name: 'return_1', psi: 0.41, ks: 0.3, usualPsi: 0.12, usualKs: 0.1, importance: 0.3, isDrifted: true }],
  },
  models: [
    { version: 1, score: { rows: 120, accuracy: 0.525, correlation: 0.04, brier: 0.249 }, last: { ETHUSDT: 0.5312 } },
    { version: 2, score: null, last: {} },
  ],
  ...over,
})

const world = (rows = [strategyRowOf('ml', 'ETHUSDT', { report: report() })], models = [line()]) =>
  Object.assign(makeWorld(), { strategies: rows, models })
const shown = async (text: string, given = world()) => {
  const { reply } = await given.runner.runLine(text, by('viewer'))
  return {
    title: reply.title,
    tone: reply.tone,
    rows: reply.table?.rows,
    fields: Object.fromEntries(reply.fields.map((f) => [f.name, f.value])),
  }
}

test('the list names champion, challengers, and who trades them', async () => {
  expect(await shown('/models')).toMatchObject({
    title: 'Models',
    rows: [['eth', 'v1', 'v2', 'ml']],
    fields: { eth: 'gbdt, accepted: AUC 0.541, luck 0.3 %\nml takes entries' },
  })
  expect((await shown('/models', world([], []))).title).toBe('No model yet')
  expect((await shown('/models', world([], [line({ champion: null, versions: [version({ role: 'challenger' })] })]))).fields).toEqual({
    eth: 'no champion: /model eth promote',
  })
})

test('the card shows each version with its live score', async () => {
  expect(await shown('/model eth')).toMatchObject({
    title: 'eth  v1',
    tone: 'ok',
    rows: [
      ['○', 'v2', 'logistic, not judged', 'no live label yet'],
      ['●', 'v1', 'gbdt, accepted: AUC 0.541, luck 0.3 %', '120 live rows, 52.5 % right, correlation 0.040'],
    ],
    fields: { 'Made of': 'gbdt, 2 features of ETH, 5 min bars, 600 rows', Expires: 'never', 'Rests on': 'rsi_14 70 %, return_1 30 %' },
  })
})

test('why: the newest prediction with what moved it, and what has drifted', async () => {
  const { fields, rows } = await shown('/model eth why')
  expect(fields['ETHUSDT']).toBe('0.5312 (+4.2 bp); distance 0.90 of 6.50\nrsi_14 31.2 adds +0.210\nreturn_1 -0.0021 adds -0.050')
  expect(fields['Drift']).toBe('30 % of the importance lies in drifted features')
  expect(rows).toEqual([['!', 'return_1', '0.41', '0.12', '0.30', '0.10']])
  const aside = report({ aside: { code: 'expired', since: 0, values: {} } })
  const stopped = await shown('/model eth why', world([strategyRowOf('ml', 'ETHUSDT', { report: aside })]))
  expect([stopped.tone, stopped.fields['ml']]).toEqual(['warn', expect.stringMatching(/^no entries: it has expired, since /)])
})

test('the card of the strategy says that it takes no entries', async () => {
  const aside = report({ aside: { code: 'drift', since: 0, values: {} } })
  const { fields } = await shown('/strategy ml', world([strategyRowOf('ml', 'ETHUSDT', { report: aside })]))
  expect(fields['Takes no entries']).toMatch(/^drift, since /)
  expect((await shown('/strategy ml')).fields).not.toHaveProperty('Takes no entries')
})

test('a name that is none is told with the nearest, and a row of another version of Ballast is left out', async () => {
  expect((await shown('/model ehh')).title).toBe('There is no model ehh')
  expect((await shown('/model eth why', world([strategyRowOf('ml', 'ETHUSDT', { report: { line: 'eth' } })]))).title).toBe(
    'No strategy trades eth',
  )
})

test('promote and roll back are shown first, are an admin’s, and are sent as they were shown', async () => {
  const given = world()
  const preview = { status: 'done' as const, text: 'eth: v2 becomes the champion in place of v1.', keys: ['k1'] }
  given.preview = preview
  expect((await given.runner.runLine('/model eth promote', by('operator'))).reply.title).toMatch(/may not|admin/i)
  const { reply } = await given.runner.runLine('/model eth promote v2 anyway', by('admin'))
  expect([reply.title, reply.text]).toEqual(['Promote eth v2?', expect.stringContaining(preview.text)])
  expect(given.previewed.at(-1)).toEqual({
    name: 'strategies',
    ask: { type: 'promote', line: 'eth', version: 2, anyway: true },
    closes: false,
  })
  const [confirm] = reply.buttons
  expect(confirm?.label).toBe('Promote eth v2')
  await given.runner.runLine('/model eth rollback', by('admin'))
  expect(given.previewed.at(-1)).toMatchObject({ ask: { type: 'rollback', line: 'eth' } })
})

test.each(['/model eth rollback v2', '/model eth why now', '/model eth promote nothing'])('%s is not understood', async (text) => {
  const given = world()
  await given.runner.runLine(text, by('admin'))
  expect(given.previewed).toEqual([])
})
