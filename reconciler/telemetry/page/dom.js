// Elements out of text. Whatever comes from outside goes in as text or as the value of an attribute that cannot run.

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'onclick') element.addEventListener('click', value);
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat()) {
    if (child !== undefined && child !== null && child !== false) element.append(child);
  }
  return element;
}

/** h('span', {class: 'muted'}, 'text', otherElement): strings become text. */
export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

const FOCUSABLE = 'button, [tabindex], a, input';

/** Draws a part anew; the focus stays where it was in it, counted in what can have it. */
export function redraw(container, ...children) {
  const place = [...container.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
  container.replaceChildren(...children);
  if (place >= 0) {
    const choices = container.querySelectorAll(FOCUSABLE);
    choices[Math.min(place, choices.length - 1)]?.focus({preventScroll: true});
  }
}

export const byId = (id) => document.getElementById(id);

/** Foreign text as people can read it: what turns writing round or cannot be seen is shown as a box. */
export function shown(text) {
  return String(text ?? '').replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '\u25a1');
}
