import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { isProblem } from '@reeve/client'
import css from './ProblemNote.module.css'

/** What went wrong, and what to do about it: for every failure, in the same place and words as the server's. */
export function ProblemNote({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { message, remedy, requestId } = explained(error)
  return (
    <Alert classNames={{ root: css.note!, title: css.title! }} title={sentence(message)}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{sentence(remedy)}</Text>
        {requestId && <Text size="xs">Request {requestId}</Text>}
        {onRetry && (
          <Group>
            <Button size="xs" variant="default" onClick={onRetry}>
              Try again
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  )
}

type Explained = { message: string; remedy: string; requestId?: string | undefined }

function explained(error: unknown): Explained {
  if (isProblem(error)) return error
  return {
    message: 'the console made a mistake',
    remedy: 'reload the page; if it stays, tell us what you did before',
  }
}

/** Problems are worded to follow a command's name; on a page they are sentences. */
function sentence(text: string): string {
  const [first = '', ...rest] = text
  return first.toLocaleUpperCase() + rest.join('') + (/[.!?…]$/.test(text) ? '' : '.')
}
