/** Full text: one row of words for each document that is indexed. */
/** The words of what is indexed, and which version of each URL that is. */
export const search = `
CREATE TABLE documents_text (number bigint PRIMARY KEY, words tsvector NOT NULL);
CREATE INDEX documents_text_words ON documents_text USING gin (words);
CREATE TABLE indexed (url_key text COLLATE "C" PRIMARY KEY, number bigint NOT NULL);
`
