import { localStorageColorSchemeManager, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { useColorScheme as useSystemScheme } from '@mantine/hooks'

/** The key is also read by public/color-scheme.js, before the first paint. */
export const schemeKeeper = localStorageColorSchemeManager({ key: 'reeve.colour-scheme' })

/** Light or dark: what the system says until a person says otherwise, and again once they agree. */
export function useScheme() {
  const { setColorScheme } = useMantineColorScheme()
  const system = useSystemScheme()
  const scheme = useComputedColorScheme('light')
  const other = scheme === 'dark' ? 'light' : 'dark'
  return { other, change: () => setColorScheme(other === system ? 'auto' : other) } as const
}
