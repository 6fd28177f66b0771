import { Group, Paper, Stack, Text } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { sessionQuery } from '../api/reeve.ts'
import { paths } from '../paths.ts'
import { Forward } from '../ui/icons.tsx'
import { PageTitle } from '../ui/PageTitle.tsx'
import css from './Tenants.module.css'

/** The tenants one may enter, for those who belong to several, or to none. */
export function Tenants() {
  const { tenants, account } = useSuspenseQuery(sessionQuery).data
  return (
    <Stack maw={560} mx="auto">
      <title>Tenants · Reeve</title>
      <PageTitle>{tenants.length === 0 ? 'You belong to no tenant yet' : 'Where to?'}</PageTitle>
      {tenants.length === 0 && (
        <Text c="dimmed">Ask somebody who runs one to invite {account.email}, then sign in again.</Text>
      )}
      <ul className={css.tenants}>
        {tenants.map(({ tenantId, name, roles }) => (
          <li key={tenantId}>
            <Paper
              renderRoot={(props) => <Link to={paths.users} params={{ tenantId }} {...props} />}
              withBorder
              p="md"
              className={css.tenant}
            >
              <Group justify="space-between" wrap="nowrap">
                <div>
                  <Text fw={600}>
                    <bdi>{name}</bdi>
                  </Text>
                  <Text size="sm" c="dimmed">
                    {roles.length === 0 ? 'no role' : roles.join(', ')}
                  </Text>
                </div>
                <Forward />
              </Group>
            </Paper>
          </li>
        ))}
      </ul>
    </Stack>
  )
}
