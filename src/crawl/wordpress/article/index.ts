/**
 * article: turns posts as an API gives them into pages and documents, with names in place of ids. It promises that a
 * post is taken however little of it is as expected. It never decides which posts are asked for.
 */
export { articleOf } from './article.ts'
export type { Article, PostNames } from './article.ts'
export { entitiesIn, ENTITY_FIELDS, kindOf, namesFor } from './names.ts'
export { fieldsOf, postOf, postsIn } from './post.ts'
export type { Post } from './post.ts'
