/**
 * Functions that let one text of SQL hold on both databases. Each means here what it means in SQLite, as far as ours and
 * what docs/query.md shows goes; each is one expression, which the planner puts in place of the call.
 */

/** Which of two is less, or more: null where one is null, as SQLite has it, and not as LEAST() has it. */
const ofTwo = (name: string, sign: string) => `
CREATE FUNCTION ${name}(one bigint, other bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN other ${sign} one THEN other WHEN one IS NOT NULL AND other IS NOT NULL THEN one END;
CREATE FUNCTION ${name}(one bigint, other bigint, third bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ${name}(${name}(one, other), third);
`

/** What the operators find in JSON text: by a place in a list, or by a name. */
const inJson = (by: 'integer' | 'text') => `
CREATE FUNCTION json_part(document text, place ${by}) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (document::json -> place)::text;
CREATE FUNCTION json_part_text(document text, place ${by}) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN document::json ->> place;
CREATE OPERATOR -> (LEFTARG = text, RIGHTARG = ${by}, FUNCTION = json_part);
CREATE OPERATOR ->> (LEFTARG = text, RIGHTARG = ${by}, FUNCTION = json_part_text);
`

/** All functions and operators. They come first. */
export const functions = `
-- What a long scan asks in SQLite, where nothing else can stop it. Here statement_timeout does.
CREATE FUNCTION in_time() RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN true;

-- The shorter CASE. One function a type, because Postgres takes no bare text where any type will do.
CREATE FUNCTION iif(condition boolean, yes text, no text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN condition THEN yes ELSE no END;
CREATE FUNCTION iif(condition boolean, yes bigint, no bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN condition THEN yes ELSE no END;

-- Where a text begins in another, counted from 1; 0 where it does not.
CREATE FUNCTION instr(whole text, part text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN strpos(whole, part);
${ofTwo('min', '<')}${ofTwo('max', '>')}${inJson('integer')}${inJson('text')}
-- The members of a JSON list or object that is kept as text, in its order: key (of a list: its place, from 0) and value,
-- both as text. Of several columns that SQLite has beside these, none.
CREATE FUNCTION json_each(document text) RETURNS TABLE (key text, value text) LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT (member.number - 1)::text, member.value FROM json_array_elements_text(
    CASE WHEN document LIKE '[%' THEN document::json END) WITH ORDINALITY AS member (value, number)
  UNION ALL
  SELECT member.key, member.value FROM json_each_text(
    CASE WHEN document LIKE '{%' THEN document::json END) AS member;
END;

-- What a guard of a unit becomes: it fails the whole transaction, so that nothing has to wait for its answer. It is our
-- one function that can fail, and the only one with a body of its own.
CREATE FUNCTION millrace_require(holds boolean) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF holds THEN RETURN true; END IF;
  RAISE EXCEPTION 'a guard does not hold' USING ERRCODE = 'MG001';
END $$;
`
