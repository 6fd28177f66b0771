import { curlOf, variableOf } from './curl.ts'
import { html, inline, prose, type Html } from './html.ts'
import { pageOf } from './layout.ts'
import {
  operationsOf,
  schemasOf,
  type Answer,
  type Document,
  type Operation,
  type Parameter,
} from './operation.ts'
import { fieldTable, isPartial, kindOf, type Schema } from './schema.ts'

/** The reference: everything that the document says, for people. */
export function referencePage(document: Document): string {
  const operations = operationsOf(document)
  const schemas = schemasOf(document)
  const groups = (document.tags ?? []).map((tag) => ({
    ...tag,
    operations: operations.filter((operation) => operation.tag === tag.name),
  }))
  const body = html`<div class="sided">
    <nav aria-label="Contents">
      <ul>
        <li><a href="#main">Begin</a></li>
        ${groups.map(
          ({ name, operations: inside }) =>
            html`<li><a href="#${name}">${titleOf(name)}</a>${html`<ul>${inside.map(linkTo)}</ul>`}</li>`,
        )}
        <li><a href="#shapes">Shapes</a></li>
        <li><a href="/docs/problems">Problems</a></li>
      </ul>
    </nav>
    <main id="main">
      ${opening(document)}
      ${groups.map(
        ({ name, description, operations: inside }) =>
          html`<section id="${name}" aria-labelledby="${name}-title">
            <h2 id="${name}-title"><a href="#${name}">${titleOf(name)}</a></h2>
            <p class="lead">${description}</p>
            <ul class="index">
              ${inside.map(linkTo)}
            </ul>
            ${inside.map((operation) => article(operation))}
          </section>`,
      )}
      ${shapes(schemas)}
    </main>
  </div>`
  return pageOf(`${document.info.title}: the HTTP reference`, body)
}

function opening({ info }: Document): Html {
  return html`<h1>${info.title} over HTTP</h1>
    <p class="lead">${info.description} Version ${info.version}.</p>
    <p>
      Made from <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1), by which this server judges requests and
      writes answers. Each answer that refuses is a <a href="/docs/problems">problem document</a> with a
      <code>code</code> from a closed list.
    </p>
    <h4>Begin here</h4>
    <p>
      The examples run as they stand, with <code>curl</code> and <code>jq</code>.
      <a href="#signUp">Sign up</a> once, then set what they need:
    </p>
    <pre tabindex="0"><code>${beginning}</code></pre>
    <p>
      Other ids, such as <code>USER_ID</code>, come from the lists. Send the token as
      <code>Authorization: Bearer</code>; browsers ask for a cookie instead.
    </p>`
}

/** Stands for where the page is, which only whoever asks for it can tell. */
export const placeholder = 'http://reeve.invalid'

const beginning = `REEVE=${placeholder}   # where this page is
TOKEN=$(curl -s "$REEVE/v1/sessions" -H 'content-type: application/json' \\
  -d '{"email": "ada@example.net", "password": "correct horse battery"}' | jq -r .token)
TENANT_ID=$(curl -s "$REEVE/v1/session" -H "authorization: Bearer $TOKEN" | jq -r '.tenants[0].tenantId')`

function titleOf(tag: string): string {
  return tag[0]!.toUpperCase() + tag.slice(1).replace('-', ' ')
}

function linkTo({ id, method, summary }: Operation): Html {
  return html`<li>
    <a href="#${id}"><span class="method ${method}">${method}</span> <span>${summary}</span></a>
  </li>`
}

function article(operation: Operation): Html {
  const { id, method, path, summary, description, parameters, body, answers } = operation
  const placed = (place: string) => parameters.filter((one) => one.in === place)
  return html`<article id="${id}">
    <h3><a href="#${id}">${summary}</a></h3>
    <p class="route"><span class="method ${method}">${method}</span> <code>${path}</code> <i>${id}</i></p>
    ${prose([description, whoMay(operation)].filter(Boolean).join('\n\n'))}
    <pre tabindex="0"><code>${curlOf(operation)}</code></pre>
    ${parameterTable('In the path', placed('path'))} ${parameterTable('In the query', placed('query'))}
    ${parameterTable('In the head', placed('header'))}
    ${
      body &&
      html`<h4>Body${body.required ? undefined : html` <i>optional</i>`}</h4>
        ${fieldTable(body.schema)}`
    }
    <h4>Answers</h4>
    <table class="statuses">
      ${answers.map((answer) => answerRow(answer))}
    </table>
  </article>`
}

function whoMay({ session, permissions }: Operation): string {
  if (session === 'none') return 'For everybody.'
  if (session === 'possible') return 'For everybody, signed in or not.'
  return permissions.length === 0 ? 'For whoever is signed in.' : ''
}

function parameterTable(title: string, parameters: Parameter[]): Html | undefined {
  if (parameters.length === 0) return undefined
  return html`<h4>${title}</h4>
    <table class="fields">
      ${parameters.map(
        ({ name, in: place, required, description = '', schema }) =>
          html`<tr>
            <th scope="row">
              <code>${place === 'header' ? written(name) : name}</code>
              ${required ? undefined : html`<i>optional</i>`}
              ${place === 'path' ? html`<i>$${variableOf(name)}</i>` : undefined}
            </th>
            <td>${kindOf(schema)}<br /><small>${inline(description)}</small></td>
          </tr>`,
      )}
    </table>`
}

/** A header as people write it: `If-Match`. */
function written(header: string): string {
  return header.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase())
}

function answerRow({ status, description, headers, schema, codes }: Answer): Html {
  if (codes.length > 0) {
    return html`<tr>
      <th scope="row">${status}</th>
      <td>${codes.map((code) => html`<a href="/docs/problems/${code}"><code>${code}</code></a> `)}</td>
    </tr>`
  }
  const own = headers.filter((name) => !/^(X-Request-Id|RateLimit)/.test(name))
  return html`<tr>
    <th scope="row"><strong>${status}</strong></th>
    <td>
      ${description}${schema && '$ref' in schema ? html` ${kindOf(schema)}` : undefined}
      ${own.length > 0 ? html`<br /><small>With ${own.map((name) => html`<code>${name}</code> `)}</small>` : undefined}
      ${fieldsOfAnswer(schema)}
    </td>
  </tr>`
}

function fieldsOfAnswer(schema: Answer['schema']): Html | undefined {
  const table = schema && fieldTable(schema)
  return table && html`<details><summary>What is in it</summary>${table}</details>`
}

function shapes(schemas: Record<string, Schema>): Html {
  const named = Object.entries(schemas).filter(([name]) => !isPartial(name))
  return html`<section id="shapes" aria-labelledby="shapes-title">
    <h2 id="shapes-title"><a href="#shapes">Shapes</a></h2>
    <p class="lead">What answers are made of.</p>
    ${named.map(
      ([name, schema]) =>
        html`<article id="shape-${name}">
          <h3><a href="#shape-${name}">${name}</a></h3>
          ${prose(schema.description ?? '')} ${fieldTable(schema) ?? html`<p>${kindOf(schema)}</p>`}
        </article>`,
    )}
  </section>`
}
