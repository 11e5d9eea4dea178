/** Texts as the web has them that some database, driver or format is known to alter, refuse or take for something else. */
import * as fc from 'fast-check'

/** One text for each trap. */
export const trapTexts: readonly string[] = [
  // what a database can not hold or a driver replaces
  '\0',
  'before\0after',
  '\ud800',
  '\udfff',
  '\udc00\ud800',
  '\ufffd',
  '\ufffe\uffff',
  '\ufeffwith a mark',
  // the escape character, and what looks escaped
  '\u001a',
  '\u001a0',
  '\u001a\u001a',
  '\u001aud800',
  '\u001a\0\u001a',
  // beyond the first plane, and the same letter written twice
  '\u{1f600}',
  '\u{10ffff}',
  'é',
  'e\u0301',
  'ﬀ',
  'İıſß',
  // quotes of SQL, of arrays and of COPY
  "'",
  "''; DROP TABLE sources; --",
  '"',
  '\\',
  '\\\\',
  '\\N',
  '\\.',
  '\\x41',
  '\\000',
  '{}',
  '{a,b}',
  '{"a","b"}',
  '(a,"b")',
  ',',
  'NULL',
  'null',
  '$1',
  '$$',
  ':id',
  '::text',
  '?',
  '%s %% %',
  '\n',
  '\r\n',
  '\r',
  '\t',
  'a\tb\\t\n\\n',
  // what looks like another type
  '',
  ' ',
  ' padded ',
  '0',
  '1',
  'true',
  'f',
  '1e21',
  '-0',
  'NaN',
  'Infinity',
  '9007199254740993',
  '{"base64":"AA=="}',
  '2026-11-21 15:00:00+00',
  '\u0001\u007f\u0080\u009f\u2028\u2029',
]

/** Strings of any UTF-16 units, with the traps and what they are made of made frequent. */
export const anyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(...trapTexts),
      fc.constantFrom('0', 'u', 'd800', '\ud800', '\udc00'),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.string({ unit: 'grapheme' }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))
