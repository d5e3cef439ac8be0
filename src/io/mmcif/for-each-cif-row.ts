import { FormatError } from "../../core/errors";

/** A row of a category, valid until the next one. */
export interface CifRow {
  /** Returns an item by its name in small letters, or null where the row has none or leaves it open ("." or "?"). */
  get(item: string): string | null;
}

const LINE_FEED = 10;
const RETURN = 13;
const SEMICOLON = 59;
const HASH = 35;
const QUOTES: readonly number[] = [34, 39];
/** Words that end a loop, with names (which begin with an underscore). */
const KEYWORD = /^(data_|loop_$|save_|stop_$|global_$)/i;

interface Token {
  readonly text: string;
  /** Neither a quoted nor a text value, so that it may be a name or a keyword. */
  readonly bare: boolean;
}

/** Returns a function that gives the tokens of a CIF text in turn, then null. */
function cifTokens(text: string, fileName: string): () => Token | null {
  const isBlank = (at: number) => !(text.charCodeAt(at) > 32);
  let at = 0;
  return () => {
    for (;;) {
      while (at < text.length && isBlank(at)) at++;
      if (at >= text.length) return null;
      if (text.charCodeAt(at) !== HASH) break;
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    }
    const start = at;
    const first = text.charCodeAt(at);
    const before = at === 0 ? LINE_FEED : text.charCodeAt(at - 1);
    if (first === SEMICOLON && (before === LINE_FEED || before === RETURN)) {
      const end = text.indexOf("\n;", at);
      if (end < 0)
        throw new FormatError("truncated", `${fileName} ends within a text that begins with ";".`, {});
      at = end + 2;
      return { text: text.slice(start + 1, end).trim(), bare: false };
    }
    if (QUOTES.includes(first)) {
      const lineEnd = text.indexOf("\n", at);
      const limit = lineEnd < 0 ? text.length : lineEnd;
      at++;
      // A quote within a word is a part of it.
      while (at < limit && !(text.charCodeAt(at) === first && isBlank(at + 1))) at++;
      const value = text.slice(start + 1, at);
      at++;
      return { text: value, bare: false };
    }
    while (at < text.length && !isBlank(at)) at++;
    return { text: text.slice(start, at), bare: true };
  };
}

/**
 * Calls `take` of each wanted category (its name in small letters, "_atom_site") with its rows, in the order of the first data
 * block of a CIF text; a category outside a loop is one row. Throws "not-this-format" where there is no data block, and
 * "truncated" where a text or a row ends with the file.
 */
export function forEachCifRow(
  text: string,
  fileName: string,
  take: Readonly<Record<string, ((row: CifRow) => void) | undefined>>,
): void {
  const next = cifTokens(text, fileName);
  const isName = (token: Token) => token.bare && token.text.startsWith("_");
  const isKeyword = (token: Token) => token.bare && KEYWORD.test(token.text);
  let token = next();
  if (!token?.bare || !/^data_/i.test(token.text))
    throw new FormatError("not-this-format", `${fileName} is no CIF file: it has no data_ block.`, {});
  token = next();

  // The items outside loops, one category after the other.
  let category = "";
  let items = new Map<string, string>();
  const flush = () => {
    const row = items;
    if (row.size > 0) take[category]?.({ get: (item) => open(row.get(item)) });
    items = new Map();
  };
  while (token && !(token.bare && /^data_/i.test(token.text))) {
    if (token.bare && /^loop_$/i.test(token.text)) {
      flush();
      token = next();
      const names: string[] = [];
      for (; token && isName(token); token = next()) names.push(token.text.toLowerCase());
      token = readLoop(names, token);
    } else if (isName(token)) {
      const [of, item] = token.text.toLowerCase().split(".");
      if (of !== category) flush();
      category = of;
      token = next();
      if (!token || isName(token) || isKeyword(token)) continue;
      if (item !== undefined) items.set(item, shown(token));
      token = next();
    } else token = next();
  }
  flush();

  /** Reads the values of a loop and returns the token after it. */
  function readLoop(names: readonly string[], first: Token | null): Token | null {
    const of = names[0]?.split(".")[0] ?? "";
    const columns = new Map(names.map((name, i) => [name.slice(of.length + 1), i]));
    const taker = take[of];
    const values: string[] = new Array(names.length).fill("");
    const row = { get: (item: string) => open(values[columns.get(item) ?? -1]) };
    let filled = 0;
    let current = first;
    for (; current && !isName(current) && !isKeyword(current); current = next()) {
      if (names.length === 0) continue;
      values[filled++] = shown(current);
      if (filled < names.length) continue;
      taker?.(row);
      filled = 0;
    }
    if (filled > 0 && taker) {
      const sentence = `${fileName} is truncated: the last row of ${of} has ${filled} of ${names.length} values.`;
      throw new FormatError("truncated", sentence, { category: of });
    }
    return current;
  }
}

const OPEN = "?";
const open = (value: string | undefined) => (value === undefined || value === OPEN ? null : value);
const shown = ({ text, bare }: Token) => (bare && text === "." ? OPEN : text);
