import { reeve } from '../../../reeve'

export const { GET, POST, PUT, PATCH, DELETE } = reeve.api
