/**
 * How the long proofs run: seeded worlds, kills, outages of whole processes. `BALLAST_PROVE=full` takes all of them, without it a part of each.
 */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: ['./test/support/process/build-program.ts', './test/support/process/database-server.ts'],
    include: ['test/**/*.prove.ts'],
    reporters: ['default', './test/support/process/skipped-reporter.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two worlds of processes at once are what two cores can do.
    maxWorkers: 2,
  },
})
