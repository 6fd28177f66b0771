import { ActionIcon } from '@mantine/core'
import { Moon, Sun } from './icons.tsx'
import { useScheme } from './scheme.ts'

export function SchemeButton() {
  const { other, change } = useScheme()
  const label = `Use the ${other} colours`
  return (
    <ActionIcon variant="default" size={36} aria-label={label} title={label} onClick={change}>
      {other === 'dark' ? <Moon /> : <Sun />}
    </ActionIcon>
  )
}
