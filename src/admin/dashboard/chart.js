// chart - a line over the last hour, small enough to stand beside its figure.

import {svg} from './dom.js';

const WIDTH = 240,
  HEIGHT = 44,
  EDGE = 2;

/** Points of each stretch without a gap: null is a gap. */
function stretches(values, top) {
  const x = (i) => (i / Math.max(1, values.length - 1)) * WIDTH;
  const y = (value) => HEIGHT - EDGE - (value / top) * (HEIGHT - 2 * EDGE);
  const found = [];
  let open = null;
  values.forEach((value, i) => {
    if (value === null) {
      open = null;
      return;
    }
    if (!open) found.push((open = []));
    open.push([x(i).toFixed(1), y(value).toFixed(1)]);
  });
  return found;
}

/** Draws `values` (null: not known) into the SVG element; `label` says in words what is seen. */
export function draw(element, values, label) {
  const top = Math.max(...values.map((value) => value ?? 0), 1e-9);
  const lines = stretches(values, top).filter((points) => points.length > 1);
  element.setAttribute('aria-label', label);
  element.replaceChildren(
    svg('title', {}, label),
    ...lines.map((points) =>
      svg('polygon', {
        class: 'area',
        points: `${points[0][0]},${HEIGHT} ${points.map((p) => p.join(',')).join(' ')} ${points.at(-1)[0]},${HEIGHT}`,
      }),
    ),
    ...lines.map((points) => svg('polyline', {class: 'line', points: points.map((p) => p.join(',')).join(' ')})),
  );
}

export function chart(kind) {
  return svg('svg', {
    class: `chart ${kind}`,
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    role: 'img',
  });
}
