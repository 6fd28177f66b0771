import { Group, Text } from '@mantine/core'

/** The roll in its frame, as in public/reeve.svg, and our name beside it. */
export function Mark() {
  return (
    <Group gap={10} wrap="nowrap">
      <svg aria-hidden="true" width="28" height="28" viewBox="0 0 32 32" fill="none">
        <rect width="32" height="32" rx="8" fill="#1d6744" />
        <path
          d="M8 10h.01M8 16h.01M8 22h.01M14 10h10M14 16h7M14 22h10"
          stroke="#fff"
          strokeWidth="3"
          strokeLinecap="round"
        />
      </svg>
      <Text fw={700} fz="lg" lh={1}>
        Reeve
      </Text>
    </Group>
  )
}
