/**
 * A progress bar on stderr while a command works.
 */
import type { Output } from './output.ts'

export interface Progress {
  /** Share done, 0 to 1. */
  update(share: number): void
  stop(): void
}

const SILENT: Progress = { update: () => {}, stop: () => {} }

export async function startProgress(out: Output, label: string): Promise<Progress> {
  if (out.options.quiet || out.progressStream.isTTY !== true) return SILENT
  const { default: cliProgress } = await import('cli-progress')
  const bar = new cliProgress.SingleBar({
    format: `${label} {bar} {percentage} % · {eta_formatted} left`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  })
  bar.start(1000, 0)
  return {
    update: (share) => bar.update(Math.round(share * 1000)),
    stop: () => bar.stop(),
  }
}
