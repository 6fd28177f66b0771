import { Title } from '@mantine/core'
import { useEffect, useRef } from 'react'

/** The heading of a page. It takes the focus, so that a keyboard and a screen reader begin where the page does. */
export function PageTitle({ children }: { children: string }) {
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => title.current?.focus({ preventScroll: true }), [])
  return (
    <Title order={1} ref={title} tabIndex={-1} style={{ outline: 'none' }}>
      {children}
    </Title>
  )
}
