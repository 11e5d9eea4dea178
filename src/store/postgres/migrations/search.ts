/**
 * Full text: one row of words for each document that is indexed, and the functions that make words of texts and of what
 * is asked. They know no language: words are told apart, and case and accents taken off, about as SQLite's FTS5 does it.
 */

/**
 * Characters that stand between words: what Unicode calls punctuation, symbols, separators and controls, where it is
 * common, and whatever becomes one of them when its accents are taken off.
 */
const BETWEEN = [
  String.raw`\u0001-/:-@\[-\u0060{-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7`,
  String.raw`\u037e\u0385\u0387\u055a-\u055f\u0589\u058a\u05be\u05c0\u05c3\u05c6\u05f3\u05f4\u0600-\u060f\u061b-\u061f`,
  String.raw`\u066a-\u066d\u06d4\u0964\u0965\u0970\u0e3f\u0e4f\u0e5a\u0e5b\u10fb\u1361-\u1368\u17d4-\u17da\u1800-\u180a\u1fc1\u1fed-\u1fef\u1ffd`,
  String.raw`\u2000-\u206f\u207a-\u207e\u208a-\u208e\u20a0-\u20cf\u2190-\u245f\u2500-\u2775\u2794-\u2bff\u2e00-\u2e7f`,
  String.raw`\u3000-\u3004\u3008-\u3020\u3030\u303d-\u303f\u30a0\u30fb\ufd3e\ufd3f\ufe10-\ufe1f\ufe30-\ufe6f\ufeff`,
  String.raw`\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\uffe0-\uffff\U0001f000-\U0001faff`,
].join('')

const tables = `
CREATE TABLE documents_text (number bigint PRIMARY KEY, words tsvector NOT NULL);
CREATE INDEX documents_text_words ON documents_text USING gin (words);
CREATE TABLE indexed (url_key text COLLATE "C" PRIMARY KEY, number bigint NOT NULL);
`

/*
 * Small letters of every script, by whatever the server knows them by: its own tables (from version 17), ICU or the C
 * library. A database whose locale is C would know those of ASCII alone.
 */
const folding = `
DO $$
DECLARE known text;
BEGIN
  SELECT quote_ident(collname) INTO known FROM pg_collation
    WHERE collname IN ('pg_c_utf8', 'und-x-icu', 'C.utf8') AND collnamespace = 'pg_catalog'::regnamespace
      AND collencoding IN (-1, pg_char_to_encoding('UTF8'))
    ORDER BY array_position(ARRAY['pg_c_utf8', 'und-x-icu', 'C.utf8']::name[], collname) LIMIT 1;
  EXECUTE format('CREATE FUNCTION small_letters(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN lower(words COLLATE pg_catalog.%s)', coalesce(known, '"default"'));
END $$;

-- A text as its words in small letters without accents, a space between any two. What is ASCII has no accents; most
-- texts are, once what stands between their words is gone.
CREATE FUNCTION bare_words(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (WITH split AS MATERIALIZED (SELECT regexp_replace(words,
    CASE WHEN octet_length(words) = length(words) THEN '[^0-9A-Za-z]+' ELSE '[${BETWEEN}]+' END, ' ', 'g') AS words)
  SELECT small_letters(CASE WHEN octet_length(split.words) = length(split.words) THEN split.words
    ELSE normalize(regexp_replace(normalize(split.words, NFD), '[\\u0300-\\u036f]+', '', 'g'), NFC) END) FROM split);
`

/*
 * Words of the title weigh more, and a place is kept free between title and text, so that no phrase reaches from the one
 * into the other. The words are put together here, because Postgres's own parser tells them apart as the locale of the
 * database has it. It holds up to 1 MB of different words and their places: of a text that has more, so much of its
 * beginning is indexed as fits. Places end at 16,383: phrases are not found behind that many words; and words at 2,046 bytes.
 */
const words = `
CREATE FUNCTION document_words(title text, body text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  head text := bare_words(title);
  rest text := bare_words(body);
  gap bigint;
BEGIN
  LOOP
    gap := cardinality(string_to_array(head, ' ')) + 1;
    BEGIN
      RETURN (SELECT coalesce(string_agg(word || ':' || place || weight, ' '), '')::tsvector FROM (
        SELECT word, place, 'A' AS weight FROM string_to_table(head, ' ') WITH ORDINALITY AS of_title (word, place)
        UNION ALL
        SELECT word, place + gap, ''
          FROM string_to_table(rest, ' ') WITH ORDINALITY AS of_text (word, place)) AS found
        WHERE word <> '' AND octet_length(word) <= 2046);
    EXCEPTION WHEN program_limit_exceeded THEN
      head := left(head, 10000);
      rest := left(rest, length(rest) / 2);
    END;
  END LOOP;
END $$;

-- What is asked: a JSON list of pairs of words that follow each other, and whether the last one is only a beginning. A word
-- that is never indexed is never found.
CREATE FUNCTION asked_words(asked text) RETURNS tsquery LANGUAGE sql IMMUTABLE
RETURN (SELECT CASE WHEN bool_or(piece.is_endless) THEN '' ELSE
    coalesce(string_agg(piece.words || CASE WHEN piece.is_beginning THEN ':*' ELSE '' END, ' & '), '') END
  FROM (SELECT replace(bare.words, ' ', ' <-> ') AS words, bare.is_beginning,
      EXISTS (SELECT 1 FROM string_to_table(bare.words, ' ') AS word WHERE octet_length(word) > 2046) AS is_endless
    FROM (SELECT btrim(bare_words(member.value ->> 0)) AS words, member.value ->> 1 = 'true' AS is_beginning
      FROM json_array_elements(asked::json) AS member (value)) AS bare
    WHERE bare.words <> '') AS piece)::tsquery;
`

/** The words of what is indexed, and which version of each URL that is. */
export const search = tables + folding + words
