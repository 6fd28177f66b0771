/** Where the links of a text in Markdown lead, in their order; those of pictures too. What stands in code is none. */
export function linksOf(markdown: string): string[] {
  const text = withoutBlocks(markdown).replaceAll(/(`+)[^`]*\1/g, '')
  const inline = [...text.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)]
  const defined = [...text.matchAll(/^ {0,3}\[[^\]]+\]: *<?([^\s>]+)/gm)]
  return [...inline, ...defined].map(([, link]) => link!)
}

/** What can be pointed to behind a #: its headings, named as GitHub names them. */
export function anchorsOf(markdown: string): string[] {
  const seen = new Map<string, number>()
  return [...withoutBlocks(markdown).matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, heading]) => {
    const name = heading!
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-')
    const before = seen.get(name) ?? 0
    seen.set(name, before + 1)
    return before === 0 ? name : `${name}-${before}`
  })
}

function withoutBlocks(markdown: string): string {
  return markdown.replaceAll(/^ {0,3}(`{3,}|~{3,})[^]*?^ {0,3}\1[`~]*\s*$/gm, '')
}
