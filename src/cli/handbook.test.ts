import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { examplesOf, leavesOf } from '../testing/command-line.ts'
import { sentence, usage } from './help.ts'
import { buildProgram } from './program.ts'

test('docs/cli.md says what the program says; after a change: npx vitest run src/cli/handbook.test.ts -u', async () => {
  await expect(handbook(buildProgram('0.0.0'))).toMatchFileSnapshot('../../docs/cli.md')
})

function handbook(program: Command): string {
  const opening = `# The command line

Written by the program itself (\`src/cli/handbook.test.ts\`); a test compares.

\`reeve\` is \`npm run --silent reeve --\` in a clone, \`npx reeve\` where it is installed. It works on the database of \`DATABASE_URL\`, or on the one that \`reeve up\` keeps in \`.reeve\` of the current folder. Whoever may run it there is the operator: nobody asks for a password, and the audit log names the login (\`root at the command line\`).

**Examples** run as they stand on the demo data, in the folder in which \`reeve up\` is running.

**Answers** go to standard output, everything else to standard error. With \`--json\` the answer is one JSON document: [its shape](cli-json.md) is kept by a test. A failure is \`{"error":{"code","message","remedy"}}\`; codes are stable. Colours, clipped columns and folded lines are for terminals only (\`NO_COLOR\` and \`FORCE_COLOR\` are heard); what is piped is whole, and where a table does not fit a narrow terminal each row is told fact by fact. Times are UTC. Lists end with the key for the next page: \`--after\`.

**TAB** completes commands, options and, from the running database, the names of tenants, permissions and, once \`--tenant\` is written, roles and people: \`source <(reeve completion bash)\`, or zsh; \`reeve completion fish | source\`. \`reeve completion --help\` says how to have it for good.

**The log** of \`up\` and \`serve\` goes to standard output: readable lines at a terminal, else one JSON object a line.

**Exit codes:** 0 done · 1 failed (the database, a schema that is not up to date) · 2 bad usage · 3 refused, and the remedy says what to do · 130 ended by Ctrl-C.

**Nothing is destroyed unasked:** on a terminal it is confirmed by typing a name, elsewhere with \`--yes\`. **Secrets** are typed without being shown, or come from a file; never from an argument.
`
  return [opening, ...[...leavesOf(program)].map(section)].join('\n')
}

function section([path, command]: [string, Command]): string {
  const list = (items: [string, string][]) =>
    items.length === 0
      ? ''
      : `\n| | |\n|--|--|\n${items.map(([term, text]) => `| \`${term}\` | ${text} |\n`).join('')}`
  const args = command.registeredArguments.map((one): [string, string] => [one.name(), one.description])
  const help = command.createHelp()
  const options = help
    .visibleOptions(command)
    .filter(({ long }) => long !== '--json' && long !== '--help')
    .map((one): [string, string] => [one.flags, help.optionDescription(one)])
  const escaped = [...args, ...options].map(([term, text]): [string, string] => [
    term,
    text.replaceAll('|', '\\|'),
  ])
  return `## ${path}

${sentence(command.description())}

\`\`\`text
${usage(command)}
\`\`\`
${list(escaped)}
\`\`\`bash
${examplesOf(command).join('\n')}
\`\`\`
`
}
