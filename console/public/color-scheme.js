// Runs before the first paint, and from a file of its own since our pages allow no inline script.
// The key is the one that src/ui/scheme.ts writes.
{
  let chosen = null
  try {
    chosen = localStorage.getItem('reeve.colour-scheme')
  } catch {
    // a browser that keeps nothing for us follows the system
  }
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  const scheme = chosen === 'light' || chosen === 'dark' ? chosen : system
  document.documentElement.setAttribute('data-mantine-color-scheme', scheme)
}
