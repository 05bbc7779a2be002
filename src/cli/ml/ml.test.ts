/**
 * `ballast ml folds` and `ballast ml fit` as processes: keys, files, edges of the contract, and one sentence for what is refused.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plantedSamples } from '../../../test/support/planted-samples.ts'
import { runCli } from '../../../test/support/process/cli-run.ts'
import { aucOf } from '../../ml/scores/scores.ts'

let cwd: string
const ROWS = 400
const START = 1_700_000_000_000
const MINUTE_MS = 60_000
const { features, classes, values } = plantedSamples(4, ROWS, 5)
const cells: Readonly<Record<string, (row: number) => string>> = {
  t0: (row) => String(START + row * MINUTE_MS),
  t1: (row) => String(START + (row + 3) * MINUTE_MS),
  a: (row) => String(features[0]?.[row]),
  b: (row) => String(features[1]?.[row]),
  c: (row) => String(features[2]?.[row]),
  y: (row) => String(classes[row]),
  value: (row) => String(values[row]),
  split: (row) => (row < 250 ? 'train' : row < 260 ? '' : 'test'),
}

/** A file of samples, some of its cells written another way. */
function file(name: string, changed: Readonly<Record<string, (row: number) => string>> = {}): string {
  const columns = { ...cells, ...changed }
  const rows = Array.from({ length: ROWS }, (_, row) => Object.values(columns).map((cell) => cell(row)))
  const text = `${[Object.keys(columns), ...rows].map((row) => row.join(',')).join('\n')}\n`
  writeFileSync(join(cwd, name), name.endsWith('.gz') ? gzipSync(text) : text)
  return name
}
/** Cells of a column, with another in one row. */
const except = (column: string, at: number, cell: string) => ({
  [column]: (row: number): string => (row === at ? cell : (cells[column] as (row: number) => string)(row)),
})

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'ml-'))
  file('plain.csv')
  file('packed.csv.gz')
  writeFileSync(join(cwd, 'samples.csv'), `t0,t1\n${Array.from({ length: 20 }, (_, at) => `${at},${at + 2}`).join('\n')}\n`)
})
afterAll(() => rmSync(cwd, { recursive: true }))

const SCORES = ['rows', 'auc', 'logLoss', 'accuracy', 'brier', 'r2']
const fitRun = (words: string) => runCli(cwd, `ml fit ${words}`)

describe('ml folds', () => {
  test('folds of 20 labels that reach two samples ahead, with an embargo of two: ranges without their end', async () => {
    const run = await runCli(cwd, 'ml folds samples.csv --kind kfold --folds 4 --embargo 0.1 --json')
    expect([run.code, run.stderr]).toEqual([0, ''])
    const answer = JSON.parse(run.stdout)
    expect(answer).toMatchObject({ samples: 20, embargoSamples: 2, paths: 1 })
    expect(answer.splits.map(({ test, train }: { test: unknown; train: unknown }) => ({ test, train }))).toEqual([
      { test: [[0, 5]], train: [[8, 20]] },
      {
        test: [[5, 10]],
        train: [
          [0, 3],
          [13, 20],
        ],
      },
      {
        test: [[10, 15]],
        train: [
          [0, 8],
          [18, 20],
        ],
      },
      { test: [[15, 20]], train: [[0, 13]] },
    ])
  })

  test('two of four groups: six splits, three paths, test sets of up to two ranges', async () => {
    const answer = JSON.parse((await runCli(cwd, 'ml folds samples.csv --kind cpcv --groups 4 --test-groups 2 --json')).stdout)
    expect([answer.splits.length, answer.paths, answer.pathSplits]).toEqual([
      6,
      3,
      [
        [0, 0, 1, 2],
        [1, 3, 3, 4],
        [2, 4, 5, 5],
      ],
    ])
    expect(answer.splits[1]).toMatchObject({
      test: [
        [0, 5],
        [10, 15],
      ],
      train: [
        [7, 8],
        [17, 20],
      ],
    })
  })

  test.each([
    ['t0,t1\n5,6\n3,4\n', '', 1, 'line 3: the time 3 is earlier than 5 in the line above'],
    ['t0,t1\n5,4\n6,7\n', '', 1, 'line 2: the label ends at 4, before the sample is decided at 5'],
    ['t0,t1\n5,6\n6,\n', '', 1, 'line 3: the t1 is missing'],
    ['t0,end\n5,6\n', '', 1, "the header 't0,end' has no column t1"],
    ['t0,t1\n5,6\n6,8\n', '', 1, 'has 2 samples, too few for 5 groups'],
    ['t0,t1\n5,6\n6,8\n', ' --folds 2', 1, 'Nothing is left to train on in split 0: 1 samples overlap'],
    ['t0,t1\n5,6\n', ' --kind cpvc', 2, 'Did you mean cpcv?'],
    ['t0,t1\n5,6\n', ' --kind cpcv --groups 4 --test-groups 4', 2, "--test-groups '4' is not a whole number from 1 to 3."],
    ['t0,t1\n5,6\n', ' --kind cpcv --folds 4', 2, 'cpcv has no folds.'],
    ['t0,t1\n5,6\n', ' --groups 4', 2, 'kfold has no groups.'],
    ['t0,t1\n5,6\n', ' --embargo 1', 2, "--embargo '1' must be from 0 to less than 1."],
  ])('folds of %j with%s end with %i: %s', async (text, flags, code, sentence) => {
    writeFileSync(join(cwd, 'bad-samples.csv'), text)
    const run = await runCli(cwd, `ml folds bad-samples.csv${flags}`)
    expect([run.code, run.stderr]).toEqual([code, expect.stringContaining(sentence)])
  })

  test('dates serve as times, and samples of several symbols may share one', async () => {
    const rows = Array.from({ length: 8 }, (_, at) => `SYM${at % 2},2024-01-0${1 + (at >> 1)},2024-01-0${2 + (at >> 1)}`)
    writeFileSync(join(cwd, 'dated.csv'), `symbol,t0,t1\n${rows.join('\n')}\n`)
    const answer = JSON.parse((await runCli(cwd, 'ml folds dated.csv --folds 4 --json')).stdout)
    expect(answer.splits[0]).toMatchObject({ test: [[0, 2]], train: [[4, 8]] })
  })
})

describe('ml fit', () => {
  test.each(['logistic', 'ridge', 'gbdt', 'forest', 'mlp'])('%s answers the keys of the contract, packed or not', async (model) => {
    const run = await fitRun(`plain.csv --target y --model ${model} --split split --exclude value --rounds 10 --seed 3 --json`)
    expect(run.code).toBe(0)
    const answer = JSON.parse(run.stdout)
    expect(Object.keys(answer)).toEqual(
      expect.arrayContaining(['model', 'features', 'train', 'test', 'coefficients', 'importance', 'elapsedMs']),
    )
    expect([answer.model, answer.features, answer.gap]).toEqual([model, ['a', 'b', 'c'], 10])
    expect([answer.train.rows, answer.test.rows, Object.keys(answer.test)]).toEqual([250, 140, SCORES])
    expect(Object.keys(answer.importance)).toEqual(['a', 'b', 'c'])
    expect(answer.test.auc).toBeGreaterThan(0.5)
    expect(answer.test.r2).toBeNull()
    const isLinear = model === 'logistic' || model === 'ridge'
    expect(answer.coefficients === null ? null : Object.keys(answer.coefficients)).toEqual(isLinear ? ['a', 'b', 'c', 'intercept'] : null)
    const packed = await fitRun(`packed.csv.gz --target y --model ${model} --split split --exclude value --rounds 10 --seed 3 --json`)
    expect({ ...JSON.parse(packed.stdout), elapsedMs: 0 }).toEqual({ ...answer, elapsedMs: 0 })
  })

  test('a target of more than two values is a regression, and has an r2 alone', async () => {
    const answer = JSON.parse((await fitRun('plain.csv --target value --model ridge --split split --features a,b,c --json')).stdout)
    expect(answer.task).toBe('regression')
    expect(answer.test).toMatchObject({ auc: null, logLoss: null, accuracy: null, brier: null })
    expect(answer.test.r2).toBeGreaterThan(0.1)
  })

  test('the predictions of the test rows give the scores of the answer, and name their rows in the file', async () => {
    const words = 'plain.csv --target y --model logistic --split split --exclude value --predictions p.csv --json'
    const { test: scores } = JSON.parse((await fitRun(words)).stdout)
    const [header, ...lines] = readFileSync(join(cwd, 'p.csv'), 'utf8').trim().split('\n')
    expect(header).toBe('row,t0,split,target,prediction')
    const rows = lines.map((line) => line.split(','))
    expect([rows.length, rows[0]?.slice(0, 3)]).toEqual([140, ['260', String(START + 260 * MINUTE_MS), 'test']])
    const column = (at: number): Float64Array => Float64Array.from(rows, (row) => Number(row[at]))
    expect(aucOf(column(4), column(3))).toBe(scores.auc)
    expect(column(3)).toEqual(classes.slice(260))
  })

  test('what stands in rows that are neither train nor test does not matter', async () => {
    file('gap.csv', { ...except('a', 255, 'NaN'), ...except('y', 256, '') })
    const run = await fitRun('gap.csv --target y --model logistic --split split --exclude value --json')
    const plain = await fitRun('plain.csv --target y --model logistic --split split --exclude value --json')
    expect(JSON.parse(run.stdout).coefficients).toEqual(JSON.parse(plain.stdout).coefficients)
  })

  test('columns may have the names of trades: a file of samples is not taken for one', async () => {
    file('named.csv', { price: (row) => String(features[3]?.[row]), side: (row) => String(row % 2) })
    const run = await fitRun('named.csv --target y --model logistic --split split --exclude value --json')
    expect([run.code, JSON.parse(run.stdout).features]).toEqual([0, ['a', 'b', 'c', 'price', 'side']])
  })

  test('classes may have any two values: the larger one is predicted', async () => {
    file('signs.csv', { y: (row) => (classes[row] === 1 ? '1' : '-1') })
    const answer = JSON.parse((await fitRun('signs.csv --target y --model logistic --split split --exclude value --json')).stdout)
    const plain = JSON.parse((await fitRun('plain.csv --target y --model logistic --split split --exclude value --json')).stdout)
    expect([answer.classes, answer.coefficients]).toEqual([[-1, 1], plain.coefficients])
  })

  test('a column that tells the target alone is named by its score', async () => {
    file('leak.csv', { future: (row) => String((classes[row] as number) + row / 1_000) })
    const run = await fitRun('leak.csv --target y --model gbdt --split split --exclude value --json')
    expect([run.code, run.stderr]).toEqual([
      0,
      '! future alone tells the target (AUC 1.000): it probably knows the future. Leave it out with --exclude future.\n',
    ])
    expect(JSON.parse(run.stdout).warnings).toHaveLength(1)
  })

  test('train labels that reach into test labels are counted', async () => {
    file('overlap.csv', { t1: (row) => String(START + (row + 30) * MINUTE_MS) })
    const run = await fitRun('overlap.csv --target y --model logistic --split split --exclude value')
    expect(run.stderr).toContain('The labels of 20 of 250 train rows overlap labels of test rows')
  })

  test('without a split all rows train, and the answer says that nothing is tested', async () => {
    const run = await fitRun('plain.csv --target y --model ridge --exclude value,split --json')
    expect(JSON.parse(run.stdout)).toMatchObject({ train: { rows: ROWS }, test: { rows: 0, auc: null, brier: null } })
    expect((await fitRun('plain.csv --target y --model ridge --exclude value')).stderr).toContain('No row was kept for a test')
  })

  test.each([
    ['NaN', () => except('b', 5, 'NaN'), '', 1, 'line 7: the feature b is missing.'],
    ['an empty cell', () => except('b', 5, ''), '', 1, 'line 7: the feature b is missing.'],
    ['text', () => except('b', 5, 'x1'), '', 1, "line 7: the feature b 'x1' is not a number."],
    ['a missing target', () => except('y', 5, ''), '', 1, 'line 7: the target y is missing.'],
    ['a constant column', () => ({ b: () => '7' }), '', 1, 'the feature b is 7 in every train row.'],
    ['one class', () => ({ y: () => '1' }), '', 1, 'the target y is 1 in every row that is used.'],
    [
      'one class that trains',
      () => ({ y: (row: number) => (row < 250 ? '0' : '1') }),
      '',
      1,
      'the target y has one value in the train rows.',
    ],
    ['unsorted times', () => except('t0', 50, '1600000000000'), '', 1, 'is earlier than'],
    ['no row to train', () => ({ split: () => 'test' }), '', 1, 'the column split says train in no row.'],
    ['an unknown target', () => ({}), ' --target yy', 2, "--target: there is no column 'yy'. Did you mean y?"],
    ['an unknown feature', () => ({}), ' --features a,bb', 2, "--features: there is no column 'bb'. Did you mean b?"],
    ['an unknown column to exclude', () => ({}), ' --exclude aa', 2, 'Did you mean a?'],
    ['an unknown split', () => ({}), ' --split spilt', 2, 'Did you mean split?'],
    ['an unknown model', () => ({}), ' --model rigde', 2, 'Did you mean ridge?'],
    ['the target as a feature', () => ({}), ' --features a,y', 2, 'y is the target, and cannot predict itself.'],
    ['features and exclude', () => ({}), ' --features a --exclude b', 2, '--features and --exclude were both given.'],
    ['too many bins', () => ({}), ' --model gbdt --bins 300', 2, "--bins '300' is not a whole number from 2 to 255."],
    ['a negative price', () => ({}), ' --l2 -1', 2, "--l2 '-1' is below 0."],
    ['a number for logistic', () => ({}), ' --target value --features a', 1, 'The target value has more than two values'],
  ] as const)('%s is refused in a sentence', async (_, changed, flags, code, sentence) => {
    file('bad.csv', changed())
    const model = flags.includes('--model') ? '' : ' --model logistic'
    const target = flags.includes('--target') ? '' : ' --target y'
    const split = flags.includes('--split') ? '' : ' --split split'
    const run = await fitRun(`bad.csv${target}${model}${split}${flags}`)
    expect([run.code, run.stderr]).toEqual([code, expect.stringContaining(sentence)])
    expect(run.stderr.trim().split('\n').length).toBeLessThanOrEqual(2)
  })
})
