/**
 * `ballast run`: the whole system in the foreground, as `npm start`.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { environment } from '../../config/config.ts'
import { contextOf } from '../context.ts'

export function register(program: Command): void {
  program
    .command('run')
    .alias('start')
    .description('run everything in the foreground; the same as npm start')
    .option('--role <role>', 'all, or one of trader, simulator, api, worker, bots', 'all')
    .option('--safe', 'exits and stops only, until ballast resume')
    .action(runAll)
}

async function runAll(flags: { readonly role: string; readonly safe?: true }, command: Command): Promise<void> {
  const { flags: global } = contextOf(command)
  const passed = [
    '--role',
    flags.role,
    ...(flags.safe === undefined ? [] : ['--safe']),
    ...(global.dataDir === undefined ? [] : ['--data-dir', global.dataDir]),
    ...(global.profile === undefined ? [] : ['--profile', global.profile]),
    ...(global.config ?? []).flatMap((file) => ['--config', file]),
  ]
  const child = spawn(process.execPath, [fileURLToPath(new URL('./main.js', import.meta.url)), ...passed], {
    stdio: 'inherit',
    env: { ...environment(), BALLAST_PROGRAM: process.argv[1] },
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  process.exitCode = await new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)))
}
