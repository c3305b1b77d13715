// Figures over epochs or layers: a rule follows pointer or arrow keys from stop to stop, with the numbers that stand there.

const FOLLOW_HINT = 'Point at a place, or use the arrow keys, to read its numbers.';

class Follow {
  constructor(figure, { panels }) {
    this.picture = figure.querySelector('.picture svg');
    [this.layer, this.unit] = layerOver(this.picture);
    this.rule = drawn('line', { stroke: ink('text'), 'stroke-width': this.unit, visibility: 'hidden' });
    this.note = drawn('g', { class: 'tooltip' });
    this.readout = html('output', { class: 'readout' });
    figure.querySelector('.picture').after(html('div', { class: 'controls' }, this.readout));
    this.layer.append(this.rule, this.note, ...panels.filter((panel) => panel.stops.length).map((panel) => this.hitOf(panel)));
    this.hide();
  }

  hitOf(panel) {
    const { left: x, top: y, width, height } = panel.box;
    const hit = drawn('rect', {
      x, y, width, height, class: 'hit', tabindex: 0, role: 'application', 'aria-label': `${panel.name}: left and right walk along`,
    });
    let at = -1;
    const go = (index) => {
      at = clamp(index, 0, panel.stops.length - 1);
      return this.show(panel, panel.stops[at]);
    };
    const nearest = (event) => {
      const gaps = panel.stops.map((stop) => Math.abs(stop.x - pointIn(this.picture, event).x));
      go(gaps.indexOf(Math.min(...gaps)));
    };
    hit.addEventListener('pointermove', nearest);
    hit.addEventListener('pointerdown', nearest);
    hit.addEventListener('pointerleave', () => this.hide());
    hit.addEventListener('blur', () => this.hide());
    const keys = { ArrowLeft: () => at - 1, ArrowRight: () => at + 1, Home: () => 0, End: () => panel.stops.length - 1 };
    hit.addEventListener('keydown', (event) => {
      if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.readout.textContent = go(keys[event.key]()).join(', ');
    });
    return hit;
  }

  hide() {
    this.rule.setAttribute('visibility', 'hidden');
    this.note.replaceChildren();
    this.readout.textContent = FOLLOW_HINT;
  }

  /** Marks a stop and writes beside it what it holds. */
  show({ box }, { x, lines }) {
    const { unit } = this;
    build(this.rule, { x1: x, x2: x, y1: box.top, y2: box.top + box.height, visibility: 'visible' }, []);
    const texts = lines.map((text, index) =>
      drawn('text', { x: 10 * unit, y: (19 + 17 * index) * unit, fill: ink('text'), 'font-weight': index ? 400 : 600 }, text));
    const height = (12 + 17 * lines.length) * unit;
    const frame = drawn('rect', { height, rx: 4 * unit, fill: ink('paper'), stroke: ink('axis'), 'stroke-width': unit });
    this.note.replaceChildren(frame, ...texts);
    const width = Math.max(...texts.map((text) => text.getComputedTextLength())) + 20 * unit;
    frame.setAttribute('width', width);
    const fits = x + 10 * unit + width < this.picture.viewBox.baseVal.width;
    this.note.setAttribute('transform', `translate(${fits ? x + 10 * unit : x - 10 * unit - width} ${box.top + 8 * unit})`);
    return lines;
  }
}
