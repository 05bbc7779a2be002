/**
 * Commands that a message names, as they work where it is read: with the flags of the installation, and with npx where nothing is installed.
 */
export type Hint = (text: string) => string

const COMMAND = /(?<![\w./-])(?:npx )?ballast (?=[a-z])/g
/** Flags that say which installation is meant, with what else they are called. */
const FLAGS: Readonly<Record<string, string>> = {
  '--data-dir': '--data-dir',
  '--profile': '--profile',
  '-p': '--profile',
  '--config': '-c',
  '-c': '-c',
}

/**
 * @param words what stood after the program when it was called: `['--data-dir', '/srv/b', 'status']`
 * @param program the file that was called, as `node_modules/.bin/ballast` or `/usr/local/bin/ballast`
 * @example hintFor(['--data-dir', 'b'], 'dist/cli.js')('Look at: ballast status') === 'Look at: npx ballast --data-dir b status'
 */
export function hintFor(words: readonly string[], program = ''): Hint {
  const name = isInstalled(program) ? 'ballast' : 'npx ballast'
  const flags = given(words)
  return (text) =>
    text.replace(COMMAND, (_, at: number) => {
      // A command that names its own directory is another installation's.
      const line = text.slice(at).split('\n')[0] ?? ''
      const own = flags.filter(([flag]) => !line.includes(` ${flag} `))
      return `${[name, ...own.flat()].join(' ')} `
    })
}

const isInstalled = (program: string): boolean => /(^|[\\/])ballast$/.test(program) && !/[\\/]\.bin[\\/]ballast$/.test(program)

function given(words: readonly string[]): (readonly [flag: string, value: string])[] {
  const found: (readonly [string, string])[] = []
  words.forEach((word, at) => {
    const [name = '', ...rest] = word.split('=')
    const flag = FLAGS[name]
    const value = rest.length > 0 ? rest.join('=') : words[at + 1]
    if (flag !== undefined && value !== undefined) found.push([flag, quoted(value)])
  })
  return found
}

const quoted = (value: string): string => (/^[\w./:@+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`)
