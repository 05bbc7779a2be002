/**
 * What Tab offers after which words.
 */
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { candidatesOf } from './candidates.ts'

const KNOWN = { sym: ['BTCUSDT', 'ETHUSDT'], strategy: ['ema-cross'] }

function program(): Command {
  const root = new Command('ballast').option('--json', 'as JSON').option('--data-dir <dir>', 'data directory')
  root.command('status').description('show state').argument('[words...]', '')
  root.command('pause').argument('[words...]', '[all|strategy|sym] [for 2h] [reason]')
  root.command('strategy').argument('[words...]', '<name> [on|off|closing-only|reload] | add <sym>… [of <name>] | set <param=value>…')
  const data = root.command('data').description('candles')
  data.command('import').description('import a file').option('--interval <text>', 'of the rows')
  data.command('list').alias('ls')
  return root
}
const after = (...typed: string[]): string[] => candidatesOf(program(), typed, KNOWN).map(({ word }) => word)

test.each([
  [[''], ['status', 'pause', 'strategy', 'data']],
  [['s'], ['status', 'strategy']],
  [['nothing'], []],
  [
    ['data', ''],
    ['import', 'list'],
  ],
  [['data', 'im'], ['import']],
  [
    ['--json', 'data', ''],
    ['import', 'list'],
  ],
  [
    ['--data-dir', 'x', 'data', ''],
    ['import', 'list'],
  ],
  [['--data-dir', ''], []],
  [
    ['data', 'import', '--'],
    ['--interval', '--json', '--data-dir', '--help'],
  ],
  [['data', 'import', '--interval', ''], []],
  [
    ['pause', ''],
    ['all', 'for', 'BTCUSDT', 'ETHUSDT', 'ema-cross'],
  ],
  [['pause', 'E'], ['ETHUSDT']],
  [['pause', 'BTCUSDT', 'f'], ['for']],
  [['strategy', 'ema-cross', 'cl'], ['closing-only']],
  [['strategy', 'em'], ['ema-cross']],
] as const)('after %j: %j', (typed, expected) => expect(after(...typed).sort()).toEqual([...expected].sort()))
