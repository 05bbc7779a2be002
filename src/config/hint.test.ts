/**
 * Commands in messages as they have to be typed: each row is how Ballast was called, what a message says, and what is read.
 */
import { expect, test } from 'vitest'
import { hintFor } from './hint.ts'

test.each<[string, readonly string[], string, string, string]>([
  ['from a checkout', ['status'], '/b/node_modules/.bin/ballast', 'Check with: ballast status', 'Check with: npx ballast status'],
  ['the program itself', [], '/b/dist/main.js', 'Try:  npx ballast status', 'Try:  npx ballast status'],
  ['installed', ['status'], '/usr/local/bin/ballast', 'Try: npx ballast doctor', 'Try: ballast doctor'],
  ['another directory', ['--data-dir', '/srv/b', 'status'], 'dist/cli.js', 'ballast resume', 'npx ballast --data-dir /srv/b resume'],
  ['with an equals sign', ['--data-dir=/srv/b'], 'dist/cli.js', 'ballast resume', 'npx ballast --data-dir /srv/b resume'],
  ['profile and file', ['-p', 'demo', '-c', 'my c.json'], '', 'ballast pause', "npx ballast --profile demo -c 'my c.json' pause"],
  [
    'two in one line',
    ['-p', 'demo'],
    '',
    'ballast pause or ballast halt',
    'npx ballast --profile demo pause or npx ballast --profile demo halt',
  ],
  [
    'a command with flags of its own',
    ['--profile', 'observe'],
    '',
    'ballast run --profile observe --data-dir .b',
    'npx ballast run --profile observe --data-dir .b',
  ],
  ['a flag without its value', ['--data-dir'], '', 'ballast pause', 'npx ballast pause'],
  [
    'a path, a file and a name',
    ['-p', 'demo'],
    '',
    '/var/lib/ballast is, ballast.config.json, Ballast runs',
    '/var/lib/ballast is, ballast.config.json, Ballast runs',
  ],
])('%s', (_, words, program, text, read) => {
  expect(hintFor(words, program)(text)).toBe(read)
})
