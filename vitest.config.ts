/**
 * How the tests run. Never a place for what a single test needs: it says that itself.
 */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: ['./test/support/process/build-program.ts', './test/support/process/database-server.ts'],
    reporters: ['default', './test/support/process/skipped-reporter.ts'],
    // More than half of the suite waits for processes and time limits: more files at once than cores keep two of them busy.
    maxWorkers: 5,
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['{src,api,bots,db,jobs,web}/**/*.test.ts', 'test/{kernel,strategies,surfaces,simulation,contract,files}/**/*.test.ts'],
          // Their files change nothing of the process, so that a worker loads each module once and not once a file: a quarter less work.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/*.test.ts', 'test/{docs,e2e,recovery}/**/*.test.ts'],
          // Types of units are tested by compiling: test/types.
          typecheck: { enabled: true, include: ['test/types/**/*.test-d.ts'] },
        },
      },
    ],
    // A limit is there to end what hangs. Five seconds end what waits for a processor on a busy machine, too.
    testTimeout: 20_000,
    hookTimeout: 30_000,
    coverage: {
      provider: 'v8',
      // What no test loads counts too. Processes that tests start do not: their lines look unreached.
      include: ['{src,api,bots,db,jobs}/**/*.ts'],
      exclude: ['**/*.test.ts'],
      reporter: ['text-summary', 'html'],
    },
  },
})
