/**
 * How the tests run. Never a place for what a single test needs: it says that itself.
 */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // A limit is there to end what hangs. Five seconds end what waits for a processor on a busy machine, too.
    reporters: ['default', './test/support/skipped-reporter.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // More than half of the suite waits for processes and time limits: four files at once keep two cores busy.
    maxWorkers: 4,
    // Types of units are tested by compiling: test/types.
    typecheck: { enabled: true, include: ['test/types/**/*.test-d.ts'] },
    coverage: {
      provider: 'v8',
      // What no test loads counts too. Processes that tests start do not: their lines look unreached.
      include: ['{src,api,bots,db,jobs}/**/*.ts'],
      exclude: ['**/*.test.ts'],
      reporter: ['text-summary', 'html'],
    },
  },
})
