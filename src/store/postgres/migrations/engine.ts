/** Tables of the engine itself: positions, what changed, what was acknowledged, who has the store open. */

/** `counters` is one row that each batch changes: the page it lies in has room for all its versions. */
export const engine = `
CREATE TABLE counters (name text COLLATE "C" PRIMARY KEY, value bigint NOT NULL);
INSERT INTO counters VALUES ('position', 0), ('changes_pruned_to', 0);

CREATE TABLE changes (
  position bigint NOT NULL, noun text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL,
  op text COLLATE "C" NOT NULL CHECK (op IN ('put', 'delete')),
  PRIMARY KEY (position, noun, id)
);

CREATE TABLE commits (
  key text COLLATE "C" PRIMARY KEY, position bigint NOT NULL, results text COLLATE "C" NOT NULL, at bigint NOT NULL
);
CREATE INDEX commits_at ON commits (at); -- retention

CREATE TABLE processes (
  id text COLLATE "C" PRIMARY KEY, pid bigint NOT NULL, host text COLLATE "C" NOT NULL,
  command text COLLATE "C" NOT NULL, started_at bigint NOT NULL
);
`
