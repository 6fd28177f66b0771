import { Button, Menu, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { TenantOfSession } from '../api/reeve.ts'
import { paths } from '../paths.ts'
import { Check, Chevron } from './icons.tsx'

/** The tenant one is in, and a way into the others if there are any. */
export function TenantMenu({
  current,
  tenants,
}: {
  current: TenantOfSession | undefined
  tenants: TenantOfSession[]
}) {
  if (!current) return null
  if (tenants.length === 1)
    return (
      <Text fw={600} truncate>
        <bdi>{current.name}</bdi>
      </Text>
    )
  return (
    <Menu position="bottom-start" width={260}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          c="inherit"
          px="xs"
          rightSection={<Chevron />}
          aria-label={`Tenant: ${current.name}`}
        >
          <Text span inherit truncate>
            <bdi>{current.name}</bdi>
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah="70vh" style={{ overflowY: 'auto' }}>
        {tenants.map(({ tenantId, name }) => (
          <Menu.Item
            key={tenantId}
            renderRoot={(props) => <Link to={paths.users} params={{ tenantId }} {...props} />}
            aria-current={tenantId === current.tenantId ? 'page' : undefined}
            rightSection={tenantId === current.tenantId ? <Check /> : null}
          >
            <bdi>{name}</bdi>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
