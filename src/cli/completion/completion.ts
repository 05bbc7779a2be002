/**
 * `ballast completion SHELL`: prints what a shell runs so that Tab completes commands, options, symbols and strategies.
 */
import { type Command, Argument } from 'commander'
import { contextOf } from '../context.ts'

const ASK = 'ballast complete --'
const SCRIPTS = {
  bash: `_ballast() {
  local IFS=$'\\n'
  COMPREPLY=($(${ASK} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _ballast ballast`,
  zsh: `#compdef ballast
_ballast() {
  local -a lines found
  local line
  lines=("\${(@f)$(${ASK} "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}"); done
  if [[ -n "$lines" ]]; then _describe 'ballast' found; else _files; fi
}
compdef _ballast ballast`,
  fish: `complete -c ballast -a "(${ASK} (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)"`,
  pwsh: `Register-ArgumentCompleter -Native -CommandName ballast -ScriptBlock {
  param($word, $ast, $position)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
  if ($word -eq '') { $words += '""' }
  ${ASK} @words 2>$null | ForEach-Object {
    $part = $_ -split "\`t", 2
    [System.Management.Automation.CompletionResult]::new($part[0], $part[0], 'ParameterValue', $(if ($part[1]) { $part[1] } else { $part[0] }))
  }
}`,
} as const
export type Shell = keyof typeof SCRIPTS
export const scriptOf = (shell: Shell): string => SCRIPTS[shell]

export function register(program: Command): void {
  program
    .command('completion')
    .description('print completions for a shell: Tab completes commands, options, symbols and strategies')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SCRIPTS)))
    .addHelpText(
      'after',
      [
        '',
        'Once, for all shells to come:',
        '  bash   ballast completion bash >> ~/.bashrc',
        '  zsh    ballast completion zsh > ~/.zsh/_ballast       with ~/.zsh in fpath',
        '  fish   ballast completion fish > ~/.config/fish/completions/ballast.fish',
        '  pwsh   ballast completion pwsh >> $PROFILE',
      ].join('\n'),
    )
    .action((shell: Shell, _flags: unknown, command: Command) => {
      const { out } = contextOf(command)
      out.answer({ shell, script: scriptOf(shell) }, () => out.line(scriptOf(shell)))
    })
}
