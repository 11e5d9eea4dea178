/** WordPress sources: what a site's API said of itself, what is known of each post, and what a run could prove. */
import type { Migration } from './migration.ts'

/*
 * `collection` is the address of a collection of the API, which tells sites, types and languages apart. `date` and
 * `modified` are texts in the site's own time, as the API compares and orders by them.
 */
const tables = `
CREATE TABLE wordpress_sites (
  run TEXT NOT NULL, home TEXT NOT NULL, source TEXT NOT NULL, api TEXT, read_by TEXT NOT NULL, name TEXT,
  note TEXT, position INTEGER NOT NULL, PRIMARY KEY (run, home)
) STRICT, WITHOUT ROWID;

CREATE TABLE wordpress_entities (
  source TEXT NOT NULL, collection TEXT NOT NULL, wp_id INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT, slug TEXT,
  link TEXT, position INTEGER NOT NULL, PRIMARY KEY (source, collection, wp_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE wordpress_items (
  source TEXT NOT NULL, collection TEXT NOT NULL, wp_id INTEGER NOT NULL, url_key TEXT NOT NULL,
  date TEXT NOT NULL, modified TEXT NOT NULL, sha256 TEXT NOT NULL, author INTEGER NOT NULL, media INTEGER NOT NULL,
  run TEXT NOT NULL, gone_at INTEGER, pass TEXT, position INTEGER NOT NULL, PRIMARY KEY (source, collection, wp_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX wordpress_items_date ON wordpress_items (source, collection, date) WHERE gone_at IS NULL; -- counts by window
CREATE INDEX wordpress_items_url ON wordpress_items (source, url_key);                 -- is a link another post's
CREATE INDEX wordpress_items_media ON wordpress_items (source, collection, run, media) WHERE media > 0; -- images to name

CREATE TABLE wordpress_marks (
  source TEXT NOT NULL, collection TEXT NOT NULL, modified TEXT NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (source, collection)
) STRICT, WITHOUT ROWID;

CREATE TABLE wordpress_proofs (
  run TEXT NOT NULL, collection TEXT NOT NULL, name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'proven', 'short', 'unproven')),
  announced INTEGER, stored INTEGER NOT NULL, gone INTEGER NOT NULL, windows TEXT NOT NULL, note TEXT,
  position INTEGER NOT NULL, PRIMARY KEY (run, collection)
) STRICT, WITHOUT ROWID;
`

const views = `
CREATE VIEW authors AS
  SELECT author.source, author.wp_id AS id, author.name, author.slug, author.link,
    (SELECT count(*) FROM wordpress_items AS item
      WHERE item.source = author.source AND item.author = author.wp_id AND item.gone_at IS NULL) AS posts
  FROM wordpress_entities AS author WHERE author.kind = 'users' AND author.name IS NOT NULL;
`

/** Adds the tables of WordPress sources. */
export const wordpress: Migration = { id: 7, name: 'wordpress', sql: tables + views }
