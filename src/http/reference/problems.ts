import { refusals } from '../../foundation/refusal.ts'
import { problemCodes, type ToldCode } from '../problem-codes.ts'
import { html, inline, type Html } from './html.ts'
import { pageOf } from './layout.ts'
import { operationsOf, type Document, type Operation } from './operation.ts'

/** All codes, each with what it means. */
export function problemIndex(): string {
  const codes = Object.keys(problemCodes) as ToldCode[]
  const body = html`<main id="main">
    <p><a href="/docs">The HTTP reference</a></p>
    <h1>Problems</h1>
    <p class="lead">
      Every answer that refuses is a problem document (RFC 9457) with a <code>code</code>. Programs look at the code;
      this is the closed list. The answer itself says in words what to do in your case.
    </p>
    <table class="statuses">
      ${codes.map(
        (code) =>
          html`<tr id="${code}">
            <th scope="row">${refusals[code].status}</th>
            <td>
              <a href="/docs/problems/${code}"><code>${code}</code></a><br />${inline(problemCodes[code].means)}
            </td>
          </tr>`,
      )}
    </table>
  </main>`
  return pageOf('Problems', body)
}

/** One code: what it means, what to do about it, what an answer looks like, and who answers with it. */
export function problemPage(code: ToldCode, document: Document): string {
  const { means, advice } = problemCodes[code]
  const statuses = statusesOf(code, document)
  const body = html`<main id="main">
    <p><a href="/docs">The HTTP reference</a> · <a href="/docs/problems">Problems</a></p>
    <h1><code>${code}</code></h1>
    <p class="lead">${inline(means)}</p>
    <h4>Status</h4>
    <p>${statuses.join(', ')}</p>
    <h4>What to do</h4>
    <p>${inline(advice)}</p>
    <h4>An answer</h4>
    <pre tabindex="0"><code>${JSON.stringify(exampleOf(code), null, 2)}</code></pre>
    ${whoAnswers(operationsOf(document).filter((operation) => answersWith(operation, code)))}
  </main>`
  return pageOf(`${code}: a problem`, body)
}

/** A problem document of this code, as somebody may get it. */
export function exampleOf(code: ToldCode): object {
  const { detail, remedy } = problemCodes[code].example
  return {
    type: `/docs/problems/${code}`,
    title: code.replaceAll('_', ' '),
    status: refusals[code].status,
    code,
    detail,
    remedy,
    requestId: 'dfe79511-0b1d-4d35-abe9-ee347fcbac14',
  }
}

/** The statuses that the code has: its own first. */
export function statusesOf(code: ToldCode, document: Document): number[] {
  const others = operationsOf(document)
    .flatMap(({ answers }) => answers)
    .filter(({ codes }) => codes.includes(code))
    .map(({ status }) => status)
  return [...new Set([refusals[code].status, ...others])]
}

function answersWith({ answers }: Operation, code: ToldCode): boolean {
  return answers.some(({ codes }) => codes.includes(code))
}

function whoAnswers(operations: Operation[]): Html {
  if (operations.length === 0) return html`<p>Every address answers so to a method that it does not have.</p>`
  return html`<details>
    <summary>
      ${operations.length === 1 ? 'The operation that answers' : `The ${operations.length} operations that answer`}
      with it
    </summary>
    <ul class="index">
      ${operations.map(
        ({ id, method, summary }) =>
          html`<li>
            <a href="/docs#${id}"><span class="method ${method}">${method}</span> <span>${summary}</span></a>
          </li>`,
      )}
    </ul>
  </details>`
}
