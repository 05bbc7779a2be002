/**
 * Names at the end of a run what was skipped: a suite that is green has said what it did not look at.
 */
import type { Reporter, TestModule } from 'vitest/node'

export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules.flatMap((module) => {
      const skipped = [...module.children.allTests('skipped')].map((test) => test.fullName)
      if (skipped.length === 0) return []
      const shown = skipped.length > 3 ? [...skipped.slice(0, 2), `and ${skipped.length - 2} more`] : skipped
      return [`  ${module.relativeModuleId}: ${shown.join('; ')}`]
    })
    if (lines.length > 0) process.stdout.write(`Skipped:\n${lines.join('\n')}\n`)
  }
}
