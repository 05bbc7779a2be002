/**
 * A model from candles to a backtest as a process: features, fit --save, models, backtest ml; each bad input is a sentence.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../../../test/support/process/cli-run.ts'
import { ROOT } from '../../../test/support/repository.ts'

let cwd: string
const SPEC = {
  features: [
    { use: 'return', periods: [1, 6] },
    { use: 'rsi', periods: [14] },
  ],
  label: { use: 'direction', horizon: 3 },
}
const ballast = (words: string) => runCli(cwd, words)

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'save-model-'))
  writeFileSync(join(cwd, 'spec.json'), JSON.stringify(SPEC))
  await ballast(`data import ${join(ROOT, 'test/fixtures/candles/bybit-ETHUSDT-5m.csv')} --symbol ETHUSDT`)
  await ballast('ml features --symbols ETHUSDT --spec spec.json --out eth.csv --to 2025-10-11T00:00Z')
}, 60_000)
afterAll(() => rmSync(cwd, { recursive: true }))

test('kept, listed, traded over later bars; over bars that it has seen with a note', async () => {
  const fit = await ballast('ml fit eth.csv --target label --model logistic --save eth --expires never --json')
  expect([fit.code, JSON.parse(fit.stdout).saved]).toMatchObject([
    0,
    { name: 'eth', version: 1, says: 'probability', expiresAt: null, verdict: { accepted: expect.any(Boolean) } },
  ])
  const listed = JSON.parse((await ballast('ml models --json')).stdout)
  expect(listed.data).toMatchObject([
    { line: 'eth', champion: null, versions: [{ version: 1, role: 'challenger', kind: 'logistic', symbols: ['ETHUSDT'] }] },
  ])
  const later = await ballast('backtest ml --model eth ETHUSDT --from 2025-10-11T00:00Z --param margin=0 --json')
  expect([later.code, later.stderr]).toMatchObject([0, expect.not.stringContaining('has seen')])
  expect(JSON.parse(later.stdout)).toMatchObject({ strategy: 'ml', model: { name: 'eth', version: 1 }, params: { model: 'eth' } })
  const seen = await ballast('backtest ml --model eth@1 ETHUSDT --param margin=0')
  expect(seen.stderr).toMatch(/! eth v1 has seen the bars until 2025-10-11 00:00 UTC: what it makes of them proves nothing\./)
}, 60_000)

test('fitted again it is the next version, on the candles since, with the same features and rules', async () => {
  const run = await ballast('ml refit eth --json')
  expect([run.code, JSON.parse(run.stdout)]).toMatchObject([
    0,
    { model: 'logistic', features: ['return_1', 'return_6', 'rsi_14'], rules: { l2: 1 }, saved: { name: 'eth', version: 2 } },
  ])
  const [line] = JSON.parse((await ballast('ml models eth --json')).stdout).data
  const [second, first] = line.versions
  expect(second.rows).toBeGreaterThan(first.rows)
  expect(second.seenUntil).toBeGreaterThan(first.seenUntil)
  // On the same span it is the same model.
  await ballast('ml refit eth --to 2025-10-11T00:00Z')
  const [again] = JSON.parse((await ballast('ml models eth --json')).stdout).data[0].versions
  expect([again.rows, again.seenUntil]).toEqual([first.rows, first.seenUntil])
}, 60_000)

test('calibrated on its latest rows, it is kept and fitted again so', async () => {
  const fit = await ballast('ml fit eth.csv --target label --model logistic --calibration platt --save soft --json')
  const plain = await ballast('ml fit eth.csv --target label --model logistic --json')
  const [soft, hard] = [JSON.parse(fit.stdout), JSON.parse(plain.stdout)]
  expect([soft.saved, soft.coefficients]).not.toEqual([undefined, hard.coefficients])
  const file = readFileSync(join(cwd, '.ballast/models/soft/v1.model'), 'utf8')
  expect(JSON.parse(file.slice(file.indexOf('\n'))).calibration).toMatchObject({ type: 'platt' })
  await ballast('ml refit soft')
  const again = readFileSync(join(cwd, '.ballast/models/soft/v2.model'), 'utf8')
  expect(JSON.parse(again.slice(again.indexOf('\n'))).calibration).toMatchObject({ type: 'platt' })
}, 60_000)

test.each([
  ['ml refit nix', 8, /There is no model 'nix'\./],
  ['ml fit eth.csv --target label --model ridge --save Eth', 2, /--save 'Eth' is no name of a model\./],
  ['ml fit eth.csv --target label --model ridge --save eth --expires soon', 2, /expires/],
  ['ml fit eth.csv --target return_1 --exclude label --model ridge --calibration platt', 2, /there are no probabilities to calibrate/],
  ['ml fit eth.csv --target label --model ridge --calibration soft', 2, /calibration/],
  ['backtest ml --model nix ETHUSDT', 8, /There is no model 'nix'\./],
  ['backtest ml --model eth@9 ETHUSDT', 8, /There is no/],
  ['backtest ml --model eth@x ETHUSDT', 2, /--model 'eth@x' names no version\./],
  ['backtest ema-cross --model eth ETHUSDT', 2, /--model is for the strategy ml, not ema-cross\./],
  ['ml models nix', 8, /There is no model 'nix'\./],
])('%s: code %i and a sentence', async (words, code, sentence) => {
  const run = await ballast(words)
  expect([run.code, run.stderr]).toEqual([code, expect.stringMatching(sentence)])
})

test('samples without their origin, and a model file that is damaged, are refused', async () => {
  writeFileSync(join(cwd, 'own.csv'), readFileSync(join(cwd, 'eth.csv')))
  const own = await ballast('ml fit own.csv --target label --model logistic --save own')
  expect([own.code, own.stderr]).toEqual([1, expect.stringMatching(/own\.csv\.spec\.json is missing/)])
  await ballast('ml fit eth.csv --target label --model logistic --save bad --no-judge')
  const file = join(cwd, '.ballast/models/bad/v1.model')
  writeFileSync(file, readFileSync(file, 'utf8').replace('"seed":', '"seed": '))
  const run = await ballast('backtest ml --model bad ETHUSDT')
  expect([run.code, run.stderr]).toEqual([1, expect.stringMatching(/v1\.model is damaged: it is not what was written\./)])
  expect((await ballast('ml models')).stderr).toMatch(/v1\.model is damaged/)
}, 60_000)
