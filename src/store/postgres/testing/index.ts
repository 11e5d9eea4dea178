/**
 * testing: turns a store into one whose word is held against its rows: units that leave a trace each time they are
 * applied, and a book of what was said of each. Nothing of the product imports it.
 */
export { Book, bookDefinitions } from './book.ts'
export { person } from './person.ts'
