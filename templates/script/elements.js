// Elements of the page and of its pictures, and how numbers are written.

const SVG = 'http://www.w3.org/2000/svg';
const build = (node, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};
const html = (name, attributes = {}, ...children) => build(document.createElement(name), attributes, children);
const drawn = (name, attributes = {}, ...children) => build(document.createElementNS(SVG, name), attributes, children);
const ink = (name) => `var(--figure-${name})`;
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const percent = (rate, digits = 2) => `${(100 * rate).toFixed(digits)}\u00a0%`;
const signed = (text) => text.replace('-', '\u2212');
const grouped = (count) => count.toLocaleString('en');

function button(text, label, act) {
  const made = html('button', { type: 'button', 'aria-label': label, title: label }, text);
  made.addEventListener('click', act);
  return made;
}
