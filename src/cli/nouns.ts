/**
 * The nouns of the command line, with their words for the help; each loads its module when it is called.
 */
import type { Command } from 'commander'
import { STEERING } from './control/control-commands.ts'

export interface Noun {
  /** Heading in the help. */
  readonly group: string
  readonly name: string
  readonly summary: string
  readonly alias?: string
  readonly load: () => Promise<{ register(program: Command): void }>
}

const UPKEEP = 'Set up and run:'
const RESEARCH = 'Research:'
const LOOK = 'Inspect a running Ballast:'
const STEER = 'Trade and control:'
/** Of the commands that talk to the running Ballast, those that only look. */
const LOOKS: ReadonlySet<string> = new Set([
  'signals',
  'status',
  'positions',
  'orders',
  'trades',
  'trade',
  'why',
  'note',
  'tag',
  'balance',
  'flows',
  'pnl',
  'daily',
  'weekly',
  'monthly',
  'performance',
  'exposure',
  'funding',
  'risk',
  'stats',
  'measures',
  'stress',
  'strategies',
  'algos',
  'health',
  'audit',
  'compare',
])

export const NOUNS: readonly Noun[] = [
  {
    group: UPKEEP,
    name: 'run',
    alias: 'start',
    summary: 'run everything in the foreground; the same as npm start',
    load: () => import('./setup/run.ts'),
  },
  {
    group: UPKEEP,
    name: 'init',
    summary: 'enter, verify and store your Bybit API key',
    load: () => import('./setup/init.ts'),
  },
  {
    group: UPKEEP,
    name: 'doctor',
    summary: 'check that this machine is ready to trade',
    load: () => import('./setup/doctor.ts'),
  },
  { group: UPKEEP, name: 'config', summary: 'show and check the configuration', load: () => import('./setup/config.ts') },
  { group: UPKEEP, name: 'telegram', summary: 'pair the Telegram bot', load: () => import('./setup/telegram.ts') },
  { group: UPKEEP, name: 'discord', summary: 'set up the Discord bot', load: () => import('./setup/discord.ts') },
  {
    group: UPKEEP,
    name: 'user',
    summary: 'people of the chats: their roles and authenticator codes',
    load: () => import('./setup/user.ts'),
  },
  {
    group: UPKEEP,
    name: 'api',
    summary: 'list, create, rotate and revoke API keys',
    load: () => import('./setup/api.ts'),
  },
  {
    group: UPKEEP,
    name: 'drill',
    summary: 'inject a failure into a running sim or demo and time the recovery',
    load: () => import('./drill/drill.ts'),
  },
  { group: UPKEEP, name: 'db', summary: 'verify, rebuild, back up and restore the database', load: () => import('./setup/db.ts') },
  {
    group: UPKEEP,
    name: 'exchange',
    summary: 'run the simulated exchange: Bybit v5 on a local port',
    load: () => import('./data/exchange.ts'),
  },
  {
    group: RESEARCH,
    name: 'data',
    summary: 'import, download, list and verify stored candles and funding rates',
    load: () => import('./data/data.ts'),
  },
  {
    group: RESEARCH,
    name: 'backtest',
    summary: 'run a strategy over stored candles or a CSV file',
    load: () => import('./research/backtest.ts'),
  },
  {
    group: RESEARCH,
    name: 'sweep',
    alias: 'optimize',
    summary: 'run a strategy with many parameters over the same bars',
    load: () => import('./research/sweep.ts'),
  },
  {
    group: RESEARCH,
    name: 'walkforward',
    summary: 'choose parameters on one window and try them on the next, again and again',
    load: () => import('./research/trust/walkforward.ts'),
  },
  {
    group: RESEARCH,
    name: 'cpcv',
    summary: 'cross-validate the choice of parameters: purged, on every combination of test groups',
    load: () => import('./research/trust/cpcv.ts'),
  },
  {
    group: RESEARCH,
    name: 'gate',
    summary: 'pass or refuse a strategy: is its edge more than luck and the market?',
    load: () => import('./research/trust/gate.ts'),
  },
  {
    group: RESEARCH,
    name: 'montecarlo',
    summary: 'Monte Carlo of one run: shuffle trades, resample days, add price noise, permute bars',
    load: () => import('./research/trust/montecarlo.ts'),
  },
  {
    group: RESEARCH,
    name: 'trials',
    summary: 'show how often each strategy was tried, on which candles',
    load: () => import('./research/trust/trials.ts'),
  },
  {
    group: RESEARCH,
    name: 'overfit',
    summary: 'test whether the best of many trials beats luck',
    load: () => import('./research/overfit.ts'),
  },
  {
    group: RESEARCH,
    name: 'ml',
    summary: 'split samples, fit models and score them honestly, from files',
    load: () => import('./ml/ml.ts'),
  },
  {
    group: RESEARCH,
    name: 'indicator',
    summary: 'compute an indicator over a file of candles, as CSV',
    load: () => import('./research/indicator.ts'),
  },
  {
    group: RESEARCH,
    name: 'allocate',
    summary: 'compute portfolio weights from returns, by nine methods',
    load: () => import('./research/allocate.ts'),
  },
  {
    group: RESEARCH,
    name: 'metrics',
    summary: 'compute performance figures of an equity series',
    load: () => import('./research/metrics.ts'),
  },
  {
    group: RESEARCH,
    name: 'size',
    summary: 'size an entry by risk, step by step',
    load: () => import('./research/size.ts'),
  },
  {
    group: UPKEEP,
    name: 'completion',
    summary: 'print completions for bash, zsh, fish or pwsh',
    load: () => import('./completion/completion.ts'),
  },
  {
    group: UPKEEP,
    name: 'support-bundle',
    summary: 'write what a bug report needs into one file, without secrets',
    load: () => import('./setup/support-bundle.ts'),
  },
  {
    group: STEER,
    name: 'rebalance',
    summary: 'bring the weights of hand-traded symbols to targets; shown first',
    load: () => import('./control/rebalance.ts'),
  },
  {
    group: STEER,
    name: 'allocator',
    summary: 'share capital among strategies by risk and drawdown; shown first',
    load: () => import('./control/allocator.ts'),
  },
  {
    group: STEER,
    name: 'mcp',
    summary: 'connect an agent (MCP) to the running Ballast; a person confirms what it asks',
    load: () => import('./control/mcp.ts'),
  },
  {
    group: LOOK,
    name: 'events',
    summary: 'follow what happens in the running Ballast',
    load: () => import('./control/events.ts'),
  },
  {
    group: LOOK,
    name: 'export',
    summary: 'export trades, tax lots or ledger entries of a year as CSV',
    load: () => import('./control/export.ts'),
  },
  ...STEERING.map(({ name, summary }) => ({
    group: LOOKS.has(name) ? LOOK : STEER,
    name,
    summary,
    load: () => import('./control/control.ts').then(({ registerSteering }) => ({ register: registerSteering(name) })),
  })),
]
