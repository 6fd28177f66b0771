import { Help, type Command } from 'commander'
import { expect, test } from 'vitest'
import { buildProgram } from './program.ts'

test('docs/cli.md says what the program says; after a change: npx vitest run src/cli/handbook.test.ts -u', async () => {
  await expect(handbook(buildProgram('0.0.0'))).toMatchFileSnapshot('../../docs/cli.md')
})

function handbook(program: Command): string {
  const opening = `# The command line

Written by the program itself (\`src/cli/handbook.test.ts\`); a test compares.

\`reeve\` is \`npm run --silent reeve --\` in a clone, \`npx reeve\` where it is installed. It works on the database of \`DATABASE_URL\`, or on the one that \`reeve up\` keeps in \`.reeve\` of the current folder. Whoever may run it there is the operator: nobody asks for a password, and the audit log names the login (\`root at the command line\`).

**Answers** go to standard output, everything else to standard error. With \`--json\` the answer is one JSON document, and a failure is \`{"error":{"code","message","remedy"}}\`; codes are stable. Colours and clipped columns are for terminals only (\`NO_COLOR\` and \`FORCE_COLOR\` are heard). Times are UTC. Lists end with the key for the next page: \`--after\`.

**Exit codes:** 0 done · 1 failed (the database, a schema that is not up to date) · 2 bad usage · 3 refused, and the remedy says what to do.

**Nothing is destroyed unasked:** on a terminal it is confirmed by typing a name, elsewhere with \`--yes\`. **Secrets** are typed without being shown, or come from a file; never from an argument.
`
  return [opening, ...leavesOf(program).map(section)].join('\n')
}

function section({ path, command }: Leaf): string {
  const help = new Help()
  help.helpWidth = 100
  const list = (items: [string, string][]) =>
    items.length === 0
      ? ''
      : `\n| | |\n|--|--|\n${items.map(([term, text]) => `| \`${term}\` | ${text} |\n`).join('')}`
  const args = command.registeredArguments.map((one): [string, string] => [one.name(), one.description])
  const options = command.options
    .filter(({ long }) => long !== '--json')
    .map((one): [string, string] => [one.flags, help.optionDescription(one)])
  const escaped = [...args, ...options].map(([term, text]): [string, string] => [
    term,
    text.replaceAll('|', '\\|'),
  ])
  const [, example = ''] = /\nExample:\n((?: {2}\S.*\n)+)/.exec(afterHelp(command)) ?? []
  return `## ${path}

${sentence(command.description())}

\`\`\`text
reeve ${path} ${command.usage()}
\`\`\`
${list(escaped)}
\`\`\`bash
${example.replaceAll(/^ {2}/gm, '').trimEnd()}
\`\`\`
`
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}${/[.?]$/.test(text) ? '' : '.'}`
}

function afterHelp(command: Command): string {
  let said = ''
  command.configureOutput({ writeOut: (text) => (said += text) })
  command.outputHelp()
  return said
}

type Leaf = { path: string; command: Command }

function leavesOf(command: Command, path: string[] = []): Leaf[] {
  if (command.commands.length === 0) return [{ path: path.join(' '), command }]
  return command.commands.flatMap((one) => leavesOf(one, [...path, one.name()]))
}
