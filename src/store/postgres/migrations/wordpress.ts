/** WordPress sources: what a site's API said of itself, what is known of each post, and what a run could prove. */

/**
 * `collection` is the address of a collection of the API, which tells sites, types and languages apart. `date` and
 * `modified` are texts in the site's own time, as the API compares and orders by them.
 */
export const wordpress = `
CREATE TABLE wordpress_sites (
  run text COLLATE "C" NOT NULL, home text COLLATE "C" NOT NULL, source text COLLATE "C" NOT NULL,
  api text COLLATE "C", read_by text COLLATE "C" NOT NULL, name text COLLATE "C", note text COLLATE "C",
  position bigint NOT NULL, PRIMARY KEY (run, home)
);

CREATE TABLE wordpress_entities (
  source text COLLATE "C" NOT NULL, collection text COLLATE "C" NOT NULL, wp_id bigint NOT NULL,
  kind text COLLATE "C" NOT NULL, name text COLLATE "C", slug text COLLATE "C", link text COLLATE "C",
  position bigint NOT NULL, PRIMARY KEY (source, collection, wp_id)
);

CREATE TABLE wordpress_items (
  source text COLLATE "C" NOT NULL, collection text COLLATE "C" NOT NULL, wp_id bigint NOT NULL,
  url_key text COLLATE "C" NOT NULL, date text COLLATE "C" NOT NULL, modified text COLLATE "C" NOT NULL,
  sha256 text COLLATE "C" NOT NULL, author bigint NOT NULL, media bigint NOT NULL, run text COLLATE "C" NOT NULL,
  gone_at bigint, pass text COLLATE "C", position bigint NOT NULL, PRIMARY KEY (source, collection, wp_id)
);
CREATE INDEX wordpress_items_date ON wordpress_items (source, collection, date) WHERE gone_at IS NULL; -- counts by window
CREATE INDEX wordpress_items_url ON wordpress_items (source, url_key);                 -- is a link another post's
CREATE INDEX wordpress_items_media ON wordpress_items (source, collection, run, media) WHERE media > 0; -- images to name

CREATE TABLE wordpress_marks (
  source text COLLATE "C" NOT NULL, collection text COLLATE "C" NOT NULL, modified text COLLATE "C" NOT NULL,
  position bigint NOT NULL, PRIMARY KEY (source, collection)
);

CREATE TABLE wordpress_proofs (
  run text COLLATE "C" NOT NULL, collection text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('open', 'proven', 'short', 'unproven')),
  announced bigint, stored bigint NOT NULL, gone bigint NOT NULL, windows text COLLATE "C" NOT NULL,
  note text COLLATE "C", position bigint NOT NULL, PRIMARY KEY (run, collection)
);
`
