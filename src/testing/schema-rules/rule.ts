/** A question to the catalogue that returns one column, who breaks the rule; and statements after each of which somebody does. */
export type CatalogueRule = { question: string; planted: string[] }
