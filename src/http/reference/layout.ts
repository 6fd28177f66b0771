import { html, Html } from './html.ts'
import { style } from './style.ts'

/** A whole page. It needs no script, so that it can be read wherever its text can. */
export function pageOf(title: string, body: Html): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="data:," />
        <style>
          ${new Html(style)}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the text</a>
        ${body}
      </body>
    </html>`
  return withoutIndentation(page.text)
}

/** Where code stands, spaces say something; everywhere else they only indent our own text. */
function withoutIndentation(text: string): string {
  return text
    .split(/(<pre[^]*?<\/pre>)/)
    .map((piece) => (piece.startsWith('<pre') ? piece : piece.replaceAll(/\s*\n\s*/g, '\n')))
    .join('')
}
