// Histogram: a threshold that moves, with what it costs.
//
// It moves between the operating points of the figure's data, so that every rate shown is exact.

/** Four digits; near 1, as many as tell a threshold from it. */
const shown = (value) => {
  const gap = Math.abs(1 - value);
  const digits = gap > 0 && gap < 1e-3 ? Math.min(15, 2 + Math.ceil(-Math.log10(gap))) : 4;
  return String(+value.toPrecision(digits));
};

class Threshold {
  constructor(figure, { box, axis, threshold, counts, points, costs }) {
    this.figure = figure;
    this.picture = figure.querySelector('.picture svg');
    Object.assign(this, { box, counts, points, costs });
    const scale = SCALES[axis.scale];
    const [low, high] = [scale(axis.low), scale(axis.high)];
    /** How far along the axis each point is; where nothing is accepted, at the end. */
    this.shares = points.threshold.map((value) => (value === null ? 1 : clamp((scale(value) - low) / (high - low), 0, 1)));
    const gaps = points.threshold.map((value) => (value === null ? Infinity : Math.abs(value - threshold)));
    this.first = gaps.indexOf(Math.min(...gaps));
    [this.layer, this.unit] = layerOver(this.picture);
    this.addLine();
    this.addSlider();
    this.addOutput();
    this.moveTo(this.first);
  }

  addLine() {
    const { box, unit } = this;
    const [top, bottom] = [box.top, box.top + box.height];
    this.line = drawn('g', {},
      drawn('line', { y1: top, y2: bottom, stroke: ink('text'), 'stroke-width': 2 * unit }),
      drawn('circle', { cy: top, r: 5 * unit, fill: ink('text') }));
    const hit = drawn('rect', { x: box.left, y: top - 12 * unit, width: box.width, height: box.height + 12 * unit, class: 'hit drag' });
    const follow = (event) => this.moveNear((pointIn(this.picture, event).x - box.left) / box.width);
    hit.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      hit.setPointerCapture(event.pointerId);
      follow(event);
    });
    hit.addEventListener('pointermove', (event) => { if (hit.hasPointerCapture(event.pointerId)) follow(event); });
    this.layer.append(this.line, hit);
  }

  addSlider() {
    const { box, picture } = this;
    const across = picture.viewBox.baseVal.width;
    this.slider = html('input', {
      type: 'range', min: 0, max: 1, step: 'any', 'aria-label': 'Threshold', class: 'threshold',
      style: `margin-left:calc(${(100 * box.left) / across}% - 0.5rem);width:calc(${(100 * box.width) / across}% + 1rem)`,
    });
    this.slider.addEventListener('input', () => this.moveNear(+this.slider.value));
    const last = this.shares.length - 1;
    const keys = {
      ArrowLeft: () => this.at - 1, ArrowDown: () => this.at - 1, ArrowRight: () => this.at + 1, ArrowUp: () => this.at + 1,
      PageDown: () => this.at - 10, PageUp: () => this.at + 10, Home: () => 0, End: () => last,
    };
    this.slider.addEventListener('keydown', (event) => {
      if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.moveTo(clamp(keys[event.key](), 0, last));
    });
    picture.after(this.slider);
  }

  addOutput() {
    const names = { threshold: 'Threshold', far: 'False alarms', frr: 'Misses', ...(this.costs && { dcf: 'DCF' }) };
    this.values = {};
    this.notes = {};
    const parts = Object.entries(names).map(([key, name]) => {
      this.values[key] = html('data', { 'data-rate': key });
      this.notes[key] = html('span', { class: 'note' });
      return html('span', { class: 'rate' }, html('span', { class: 'name' }, name), this.values[key], this.notes[key]);
    });
    this.reset = button('EER threshold', 'Back to the threshold of the equal error rate', () => this.moveTo(this.first));
    const output = html('output', { class: 'rates' }, ...parts);
    this.figure.querySelector('.picture').after(html('div', { class: 'controls' }, output, this.reset));
  }

  /** The point nearest to a share of the axis. */
  moveNear(share) {
    let best = 0;
    this.shares.forEach((other, index) => {
      if (Math.abs(other - share) < Math.abs(this.shares[best] - share)) best = index;
    });
    this.moveTo(best);
  }

  moveTo(index) {
    this.at = index;
    const [threshold, far, frr] = ['threshold', 'far', 'frr'].map((key) => this.points[key][index]);
    const text = threshold === null ? 'above all' : signed(shown(threshold));
    this.line.setAttribute('transform', `translate(${this.box.left + this.box.width * this.shares[index]} 0)`);
    this.slider.value = this.shares[index];
    this.slider.setAttribute('aria-valuetext', text);
    this.write('threshold', threshold ?? Infinity, text, 'at or above: accepted');
    const { bonafide, spoof } = this.counts;
    this.write('far', far, percent(far), `${grouped(Math.round(far * spoof))} of ${grouped(spoof)} spoof`);
    this.write('frr', frr, percent(frr), `${grouped(Math.round(frr * bonafide))} of ${grouped(bonafide)} bona fide`);
    if (this.costs) this.write('dcf', this.dcf(far, frr), this.dcf(far, frr).toFixed(4), 'normalised');
    this.reset.disabled = index === this.first;
  }

  /** The detection cost over that of the better trivial decision. */
  dcf(far, frr) {
    const { p_spoof: spoof, c_miss: miss, c_fa: alarm } = this.costs;
    return (miss * (1 - spoof) * frr + alarm * spoof * far) / Math.min(miss * (1 - spoof), alarm * spoof);
  }

  write(key, value, text, note) {
    this.values[key].value = String(value);
    this.values[key].textContent = text;
    this.notes[key].textContent = note;
  }
}
