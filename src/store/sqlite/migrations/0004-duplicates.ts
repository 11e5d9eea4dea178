/** Fingerprints of documents' texts and the clusters they form. */
import type { Migration } from './migration.ts'

/*
 * All of it can be made anew from the documents. A fingerprint is there once, however many documents have it, so that a
 * band never lists one text twice. Each index begins with a band and holds the other three, so that whoever looks for
 * near ones reads nothing but the index.
 */
const tables = `
CREATE TABLE fingerprints (
  number INTEGER PRIMARY KEY, algorithm INTEGER NOT NULL,
  a INTEGER NOT NULL, b INTEGER NOT NULL, c INTEGER NOT NULL, d INTEGER NOT NULL,
  cluster INTEGER -- number of the cluster's least fingerprint; null until it is joined
) STRICT;
CREATE UNIQUE INDEX fingerprints_a ON fingerprints (a, algorithm, b, c, d);
CREATE INDEX fingerprints_b ON fingerprints (b, algorithm, a, c, d) WHERE algorithm > 0; -- near ones, as the next two
CREATE INDEX fingerprints_c ON fingerprints (c, algorithm, a, b, d) WHERE algorithm > 0;
CREATE INDEX fingerprints_d ON fingerprints (d, algorithm, a, b, c) WHERE algorithm > 0;
CREATE INDEX fingerprints_cluster ON fingerprints (cluster); -- members of a cluster; what is to be joined

CREATE TABLE document_fingerprints (
  document INTEGER PRIMARY KEY REFERENCES documents (number) ON DELETE CASCADE, fingerprint INTEGER NOT NULL
) STRICT;
CREATE INDEX document_fingerprints_fingerprint ON document_fingerprints (fingerprint); -- documents of a cluster
`

const views = `
CREATE VIEW duplicates_latest AS
  SELECT url, document, sha256, cluster, members, url_key = canonical AS is_canonical,
    iif(url_key = canonical, NULL, canonical) AS duplicate_of
  FROM (
    SELECT document.url, document.url_key, document.id AS document, document.sha256,
      printf('%08x%08x%08x%08x', least.a, least.b, least.c, least.d) AS cluster,
      count(*) OVER (PARTITION BY least.number) AS members,
      first_value(document.url_key)
        OVER (PARTITION BY least.number ORDER BY length(document.url_key), document.url_key) AS canonical
    FROM documents AS document
      JOIN document_fingerprints AS has ON has.document = document.number
      JOIN fingerprints AS fingerprint ON fingerprint.number = has.fingerprint
      JOIN fingerprints AS least ON least.number = fingerprint.cluster
    WHERE document.position = (SELECT max(position) FROM documents AS newer WHERE newer.url_key = document.url_key));
`

/** Adds near duplicates. */
export const duplicates: Migration = { id: 4, name: 'duplicates', sql: tables + views }
