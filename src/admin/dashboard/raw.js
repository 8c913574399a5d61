// raw - JSON as text. Numbers keep their digits: 49.90 stays 49.90, which JSON.parse would make 49.9. Pure.

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const depthOf = {'{': 1, '[': 1, '}': -1, ']': -1};

/** The text of an object's member; null: it has none of that name. */
export function member(text, name) {
  const wanted = JSON.stringify(name);
  let depth = 0,
    at = -1,
    before = null,
    beforeThat = null;
  for (const {0: token, index} of text.matchAll(TOKEN)) {
    if (at < 0 && depth === 1 && before === ':' && beforeThat === wanted) at = index;
    depth += depthOf[token] ?? 0;
    if (depth === 1 && at >= 0) return text.slice(at, index + token.length);
    beforeThat = before;
    before = token;
  }
  return null;
}

/** A member a line, indented. */
export function pretty(text) {
  let out = '',
    depth = 0,
    before = '';
  const line = () => `\n${'  '.repeat(depth)}`;
  for (const [token] of text.matchAll(TOKEN)) {
    const step = depthOf[token] ?? 0;
    if (step < 0) depth--;
    if ((before && step >= 0 && '{['.includes(before)) || before === ',') out += line();
    else if (step < 0 && !'{['.includes(before)) out += line();
    out += token === ':' ? ': ' : token;
    if (step > 0) depth++;
    before = token;
  }
  return out;
}
