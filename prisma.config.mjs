/** For those who use Prisma's own command line on this folder (npx prisma@7.10.0 migrate status). Reeve does not. */
export default {
  schema: 'prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_ADMIN_URL ?? process.env.DATABASE_URL },
}
