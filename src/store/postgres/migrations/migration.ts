/** What a step of the schema is: apart from the steps, which name it, and from what applies them. */

/** One step of the schema. Its SQL never changes once released: the checksum in each database holds it to that. */
export interface Migration {
  readonly id: number
  readonly name: string
  readonly sql: string
}
