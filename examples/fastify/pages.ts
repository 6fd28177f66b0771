import type { User } from 'reeve'

export function signInPage(): string {
  return page(
    'Sign in',
    `<form method="post" action="/sign-in">
       <input name="email" type="email" placeholder="E-mail" required>
       <input name="password" type="password" placeholder="Password" required>
       <button>Sign in</button>
     </form>`,
  )
}

export function peoplePage(me: User, people: { name: string; email: string }[]): string {
  const items = people.map(({ name, email }) => `<li>${inHtml(`${name}, ${email}`)}</li>`)
  const add = `
    <form method="post">
      <input name="name" placeholder="Name" required>
      <input name="email" type="email" placeholder="E-mail" required>
      <button>Add</button>
    </form>`
  return page(
    inHtml(me.membership.name),
    `<ul>${items.join('')}</ul>
     ${me.can('users:create') ? add : ''}
     <form method="post" action="/sign-out"><button>Sign out ${inHtml(me.account.name)}</button></form>`,
  )
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`
}

function inHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
