import { createReeve } from 'reeve'
import { tenantAdapter } from 'reeve/prisma'
import { PrismaClient } from './generated/client.js'

export const reeve = await createReeve()
export const prisma = new PrismaClient({ adapter: tenantAdapter(reeve.database) })
