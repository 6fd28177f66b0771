import { Anchor, Container, Loader, Stack, Text } from '@mantine/core'
import { Link, useRouter, type ErrorComponentProps } from '@tanstack/react-router'
import { paths } from '../paths.ts'
import { PageTitle } from './PageTitle.tsx'
import { ProblemNote } from './ProblemNote.tsx'

/** A route that takes longer than a moment. */
export function Pending() {
  return (
    <Container py={96} ta="center" role="status" aria-label="Loading">
      <Loader />
    </Container>
  )
}

/** A route that failed as a whole. */
export function Trouble({ error }: ErrorComponentProps) {
  const router = useRouter()
  return (
    <Container size="xs" py={64}>
      <title>Trouble · Reeve</title>
      <Stack>
        <PageTitle>This page could not be shown</PageTitle>
        <ProblemNote error={error} onRetry={() => void router.invalidate()} />
      </Stack>
    </Container>
  )
}

export function NotFound() {
  return (
    <Container size="xs" py={64}>
      <title>Not found · Reeve</title>
      <Stack gap="xs" align="flex-start">
        <PageTitle>There is no such page</PageTitle>
        <Text c="dimmed">It may have been moved, or you may not be allowed to know of it.</Text>
        <Anchor component={Link} to={paths.home}>
          Go to the start
        </Anchor>
      </Stack>
    </Container>
  )
}
