import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

const forest: MantineColorsTuple = [
  '#edf7f1',
  '#dceae2',
  '#b5d5c3',
  '#8bbfa3',
  '#68ad87',
  '#529f75',
  '#44946a',
  '#337f58',
  '#26704c',
  '#155f3d',
]

/** How the console looks. Contrast of every text on its ground is at least 4.5:1, in both schemes. */
export const theme = createTheme({
  colors: { forest },
  primaryColor: 'forest',
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.625rem', lineHeight: '1.25' } } },
})

/** Quiet texts and complaints, a step darker or lighter than Mantine has them: many could not read those. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#59625d',
    '--mantine-color-placeholder': '#6b746f',
    '--mantine-color-error': '#b62323',
  },
  dark: {
    '--mantine-color-body': '#1c1f1d',
    '--mantine-color-dimmed': '#a3aca7',
    '--mantine-color-placeholder': '#98a19c',
    '--mantine-color-error': '#ff8e86',
  },
})
