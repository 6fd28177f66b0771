import { setTimeout as pause } from 'node:timers/promises'
import { Argument, type Command } from 'commander'
import { withJson, type Json } from './administer.ts'
import { forBash, readLine } from './bash-line.ts'
import { complete, files } from './complete.ts'
import { liveValues } from './live.ts'
import { reportTo } from './report.ts'
import { visible } from './text.ts'

/**
 * Each shell asks `reeve __complete <shell>` what may stand where TAB was pressed: bash with the line and the part of
 * the word that it will replace, the others with the words.
 */
const scripts: Record<string, string> = {
  bash: `_reeve() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == @files ]]; then compopt -o default; else COMPREPLY+=("$line"); fi
  done < <("$1" __complete bash "$2" "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -F _reeve reeve`,

  zsh: `#compdef reeve
_reeve() {
  local -a found
  found=("\${(@f)$("\${(Q)words[1]/#\\~/$HOME}" __complete zsh "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  case $found[1] in
    @files) _files ;;
    ?*) _describe reeve found ;;
  esac
}
if [[ $funcstack[1] == _reeve ]]; then _reeve "$@"; else compdef _reeve reeve; fi`,

  fish: `function __reeve_complete
    set -l words (commandline -opc)
    set -l found ($words[1] __complete fish $words[2..-1] (commandline -ct) 2>/dev/null)
    if test "$found[1]" = @files
        __fish_complete_path (commandline -ct)
    else
        string join \\n -- $found
    end
end
complete -c reeve -f -a '(__reeve_complete)'`,
}

/** `reeve completion` */
export function completionCommand(program: Command): void {
  withJson(program.command('completion'))
    .addArgument(new Argument('<shell>', 'the one you type in').choices(Object.keys(scripts)))
    .description('what a shell needs to complete commands, options and names at TAB')
    .addHelpText(
      'after',
      `
Example:
  reeve completion bash

Once in a shell, where "reeve" is on the PATH:
  bash   source <(reeve completion bash)
  zsh    source <(reeve completion zsh)
  fish   reeve completion fish | source

For good:
  bash   the same line, at the end of ~/.bashrc
  zsh    the same line, at the end of ~/.zshrc, behind "compinit"
  fish   reeve completion fish > ~/.config/fish/completions/reeve.fish
`,
    )
    .action((shell: string, options: Json) => {
      const script = scripts[shell]!
      reportTo(options).done({ shell, script }, () => script)
    })
}

/** So long at most whoever has pressed TAB waits for the database. */
const patienceMs = 1_000

/** Answers a shell. What goes wrong is nobody's concern who only wanted a word completed. */
export async function answerShell(program: Command, [shell = '', ...said]: string[]): Promise<void> {
  const bash = shell === 'bash' ? readLine(said[1] ?? '') : undefined
  if (shell === 'fish') said.push(readLine(said.pop() ?? '').words.join(' ')) // it gives the last one as it is typed
  const asked = complete(program, bash?.words.slice(1) ?? said, liveValues)
  const found = await Promise.race([asked, pause(patienceMs, [])]).catch(() => [])
  if (found === files) return say(['@files'])
  const sound = found.filter(({ value }) => visible(value) === value)
  if (bash) return say(sound.map(({ value }) => forBash(value, bash, said[0] ?? '')))
  if (shell === 'zsh') say(sound.map(({ value, about }) => `${value.replace(/[\\:]/g, '\\$&')}:${about}`))
  else say(sound.map(({ value, about }) => `${value}\t${about}`))
}

function say(lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
}
