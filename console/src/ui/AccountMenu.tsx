import { Menu, Text, UnstyledButton } from '@mantine/core'
import type { WhoAmI } from '../api/reeve.ts'
import { Face } from './Face.tsx'

export function AccountMenu({ account, onSignOut }: { account: WhoAmI['account']; onSignOut: () => void }) {
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <UnstyledButton aria-label={`Account of ${account.name}`} style={{ borderRadius: '50%' }}>
          <Face name={account.name} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} c="var(--mantine-color-text)">
            <bdi>{account.name}</bdi>
          </Text>
          <Text size="xs">{account.email}</Text>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item onClick={onSignOut}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
