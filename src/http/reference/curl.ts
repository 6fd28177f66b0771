import { exampleRoles } from '../separation.ts'
import type { Operation } from './operation.ts'

/**
 * How one asks for an operation with curl. It can be pasted where the variables are set that it names: where the server
 * is, the token of a session, and the ids that stand in the path.
 */
export function curlOf(operation: Operation): string {
  const { method, path, session, body, answers } = operation
  const says = answers.some(({ status, schema }) => status < 300 && schema !== undefined)
  const first = ['curl', says ? '-s' : '-i', ...(isImplied(method, body) ? [] : [`-X ${method}`])]
  const lines = [
    `${first.join(' ')} "$REEVE${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `$${variableOf(name)}`)}"`,
    ...(session === 'needed' ? ['-H "authorization: Bearer $TOKEN"'] : []),
    ...(body?.example ? ["-H 'content-type: application/json'", `-d ${inShell(body.example)}`] : []),
  ]
  return lines.join(' \\\n  ')
}

/** The variable that holds what a parameter of the path stands for: `tenantId` is `TENANT_ID`. */
export function variableOf(parameter: string): string {
  return parameter.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}

function isImplied(method: string, body: Operation['body']): boolean {
  return method === (body?.example ? 'POST' : 'GET')
}

/** Between single quotes a shell leaves everything as it is; a variable stands outside of them. */
function inShell(body: object): string {
  const short = JSON.stringify(body)
  const text = short.length <= 60 ? short : JSON.stringify(body, null, 2).replaceAll('\n', '\n  ')
  const quoted = text.replaceAll("'", String.raw`'\''`)
  const stands = Object.entries(standIns).reduce(
    (said, [one, name]) => said.replace(one, `'"$${name}"'`),
    quoted,
  )
  return `'${stands}'`
}

/** What an example cannot know, and whoever tries it puts in. */
const standIns = {
  'rv_i_…': 'INVITATION_TOKEN',
  [exampleRoles[0]]: 'ONE_ROLE_ID',
  [exampleRoles[1]]: 'OTHER_ROLE_ID',
}
