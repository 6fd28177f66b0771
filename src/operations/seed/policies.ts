import type pg from 'pg'

const ref = (path: string) => ({ ref: path })

/** Manuscripts, which the press keeps elsewhere: their editors see them, whoever is the owner of the tenant all. */
const record = {
  description: 'Manuscripts: seen in their department, changed by whoever has them.',
  actions: ['view', 'edit'],
  subjects: { user: {} },
  scopes: { own: { in: [ref('resource.properties.owner'), [ref('subject.user.email'), ref('subject.id')]] } },
  rules: [
    {
      actions: ['view'],
      when: { eq: [ref('resource.properties.department'), ref('subject.properties.department')] },
    },
    { actions: ['*'], scope: 'own' },
    { actions: ['*'], when: { in: ['owner', ref('subject.user.roles')] } },
  ],
}

/** A policy for things that Reeve does not know, and what is stored of two of them and of somebody. */
export async function declareSome(client: pg.Client, tenantId: string): Promise<void> {
  await client.query('insert into policies (tenant_id, type, definition) values ($1, $2, $3)', [
    tenantId,
    'record',
    JSON.stringify(record),
  ])
  const entities = [
    {
      type: 'record',
      id: '101',
      attributes: { title: 'The Lamp', department: 'Fiction', owner: 'zoe@example.com' },
    },
    { type: 'record', id: '102', attributes: { title: 'Tides', department: 'Science' } },
    { type: 'user', id: 'zoe@example.com', attributes: { department: 'Fiction' } },
  ]
  await client.query(
    `insert into entities (tenant_id, type, id, attributes)
     select $1, type, id, attributes from jsonb_to_recordset($2) as e (type text, id text, attributes jsonb)`,
    [tenantId, JSON.stringify(entities)],
  )
}
