// dom - elements without markup: whatever comes from outside becomes text, never HTML.

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value') element.value = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An element; children are elements or texts, perhaps in lists; null ones are left out. */
export function h(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/** Changes a text only if it differs, so that a screen reader and a selection are left in peace. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function show(element, visible) {
  element.hidden = !visible;
}

/** Makes the children of `parent` those of `list`, keeping the ones that are there: none of them moves without need, so the
 * focus and what is seen stay where they are. What goes with the focus in it hands that to whatever takes its place. */
export function keep(parent, list, keyOf, make, update) {
  const wanted = new Set(list.map((item) => String(keyOf(item))));
  const old = new Map();
  let left = null;
  for (const child of [...parent.children]) {
    if (wanted.has(child.dataset.key)) {
      old.set(child.dataset.key, child);
      continue;
    }
    if (child.contains(document.activeElement)) left = old.size;
    child.remove();
  }
  let next = parent.firstElementChild;
  for (const item of list) {
    const key = String(keyOf(item));
    const child = old.get(key) ?? make(item);
    child.dataset.key = key;
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
    update?.(child, item);
  }
  if (left === null) return;
  const heir = parent.children[Math.min(left, parent.children.length - 1)];
  (heir?.querySelector('summary, a, button') ?? document.querySelector('h1'))?.focus();
}

let ids = 0;
/** The element, with an id if it had none. */
function named(element) {
  element.id ||= `named-${++ids}`;
  return element;
}

/** A labelled field: [label, field]. */
export function field(text, input) {
  return [h('label', {for: named(input).id}, text), input];
}

/** Buttons of the same name, one a card: a screen reader says of each what it is about. */
export function about(element, ...buttons) {
  for (const button of buttons) button.setAttribute('aria-describedby', named(element).id);
}
