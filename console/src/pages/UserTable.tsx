import { Badge, Box, Group, Paper, Skeleton, Stack, Table, Text } from '@mantine/core'
import type { User } from '@reeve/client'
import type { ReactNode } from 'react'
import { Face } from '../ui/Face.tsx'
import { ago, moment } from '../ui/times.ts'

/** One row per person. On a narrow screen there is one column, and what the others said stands below the name. */
export function UserTable({ users, stale }: { users: User[]; stale: boolean }) {
  return (
    <Sheet busy={stale}>
      {users.map((user) => (
        <Table.Tr key={user.id}>
          <Table.Td>
            <Group wrap="nowrap" gap="sm" align="flex-start">
              <Box pt={3}>
                <Face name={user.name} />
              </Box>
              <Stack gap={2} miw={0}>
                <Text fw={600} size="sm">
                  <bdi>{user.name}</bdi>
                </Text>
                <Text c="dimmed" size="sm">
                  {user.email}
                </Text>
                <Stack hiddenFrom="sm" gap={6} mt={4} align="flex-start">
                  <Roles user={user} />
                  <Text size="sm">
                    <Standing user={user} /> · <LastSeen user={user} inWords />
                  </Text>
                </Stack>
              </Stack>
            </Group>
          </Table.Td>
          <Table.Td visibleFrom="sm">
            <Roles user={user} />
          </Table.Td>
          <Table.Td visibleFrom="sm">
            <Standing user={user} />
          </Table.Td>
          <Table.Td visibleFrom="sm">
            <LastSeen user={user} />
          </Table.Td>
        </Table.Tr>
      ))}
    </Sheet>
  )
}

/** The table before its people are known. */
export function UserTableToBe() {
  return (
    <Sheet busy>
      {Array.from({ length: 8 }, (_, row) => (
        <Table.Tr key={row}>
          <Table.Td>
            <Group wrap="nowrap" gap="sm">
              <Skeleton circle height={36} />
              <Stack gap={8} flex={1}>
                <Skeleton height={10} width="45%" />
                <Skeleton height={10} width="65%" />
              </Stack>
            </Group>
          </Table.Td>
          {['40%', '50%', '60%'].map((width) => (
            <Table.Td key={width} visibleFrom="sm">
              <Skeleton height={10} width={width} />
            </Table.Td>
          ))}
        </Table.Tr>
      ))}
    </Sheet>
  )
}

function Sheet({ busy, children }: { busy: boolean; children: ReactNode }) {
  return (
    <Paper withBorder bg="var(--raised)" style={{ overflow: 'hidden' }}>
      <Table verticalSpacing="sm" horizontalSpacing="md" aria-label="People" aria-busy={busy}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Person</Table.Th>
            <Table.Th visibleFrom="sm" w="26%">
              Roles
            </Table.Th>
            <Table.Th visibleFrom="sm" w="16%">
              Status
            </Table.Th>
            <Table.Th visibleFrom="sm" w="18%">
              Last sign-in
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </Paper>
  )
}

function Roles({ user }: { user: User }) {
  if (user.roles.length === 0)
    return (
      <Text size="sm" c="dimmed">
        No role
      </Text>
    )
  return (
    <Group gap={6}>
      {user.roles.map(({ id, name, inForce }) => (
        <Badge
          key={id}
          variant={inForce ? 'light' : 'outline'}
          color="forest"
          tt="none"
          fw={600}
          title={inForce ? name : `${name}, not in force now`}
        >
          {name}
        </Badge>
      ))}
    </Group>
  )
}

/** Suspended, or free to come; and whether somebody answered at their address. */
function Standing({ user }: { user: User }) {
  return (
    <>
      <Text span size="sm" c={user.isActive ? 'inherit' : 'var(--mantine-color-error)'}>
        {user.isActive ? 'Active' : 'Suspended'}
      </Text>
      {!user.isVerified && (
        <Text span size="sm" c="dimmed">
          , unverified
        </Text>
      )}
    </>
  )
}

function LastSeen({ user, inWords = false }: { user: User; inWords?: boolean }) {
  if (user.lastLoginAt === null)
    return (
      <Text span size="sm" c="dimmed">
        {inWords ? 'never signed in' : 'Never'}
      </Text>
    )
  return (
    <Text span size="sm">
      {inWords && 'signed in '}
      <time dateTime={user.lastLoginAt} title={moment(user.lastLoginAt)}>
        {ago(user.lastLoginAt)}
      </time>
    </Text>
  )
}
