// DET plot: zoom by box, wheel, pinch or keys, and the operating point nearest to the pointer.
//
// The close-up is drawn over the figure from its data; the figure itself stays as it was.

const MARKS = [
  1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99,
];
const HINT = 'Drag a box to zoom, or Ctrl and wheel; double click shows all.';
/** The narrowest view, in probits. */
const NARROWEST = 0.02;

/** Rates to write beside an axis between two probits: the plot's round ones, or evenly spaced where these are too few. */
function ticksBetween([low, high]) {
  const marks = MARKS.filter((rate) => probit(rate) >= low && probit(rate) <= high);
  if (marks.length >= 4) return marks;
  const [first, last] = [rateOf(low), rateOf(high)];
  const power = 10 ** Math.floor(Math.log10((last - first) / 4));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((width) => (last - first) / width <= 6);
  const start = Math.ceil(first / step);
  return Array.from({ length: Math.floor(last / step) - start + 1 }, (_, index) => (start + index) * step);
}

function seriesColours() {
  const style = getComputedStyle(document.documentElement);
  let count = 0;
  while (style.getPropertyValue(`--figure-series-${count + 1}`)) count += 1;
  return Math.max(count, 1);
}

class DetPlot {
  constructor(figure, { box, axis, curves }) {
    this.figure = figure;
    this.picture = figure.querySelector('.picture svg');
    this.box = box;
    this.ends = [probit(axis.low), probit(axis.high)];
    this.whole = [this.ends, this.ends];
    this.view = this.whole;
    this.curveAt = 0;
    this.pointAt = -1;
    const colours = seriesColours();
    this.curves = curves.map((curve) => ({
      ...curve,
      ink: ink(`series-${(curve.colour % colours) + 1}`),
      points: curve.far.map((far, index) => [far, curve.frr[index]].map((rate) => clamp(probit(rate), ...this.ends))),
    }));
    const inBox = (x, y) =>
      x > box.left - 8 && x < box.left + box.width + 8 && y > box.top - 8 && y < box.top + box.height + 8;
    this.discs = [...this.picture.querySelectorAll('circle')]
      .filter((disc) => inBox(+disc.getAttribute('cx'), +disc.getAttribute('cy')));
    this.bands = [...this.picture.querySelectorAll('polygon')]
      .filter((band) => [...band.points].every(({ x, y }) => inBox(x, y)));
    [this.layer, this.unit] = layerOver(this.picture);
    this.addLayers();
    this.addControls();
    this.listen();
    this.show(this.whole);
  }

  addLayers() {
    const { box: { left: x, top: y, width, height }, unit } = this;
    const clip = drawn('clipPath', { id: `${this.figure.id}-box` }, drawn('rect', { x, y, width, height }));
    this.closeUp = drawn('g');
    this.selection = drawn('rect', { class: 'selection', 'stroke-width': unit });
    this.marker = drawn('circle', { r: 5 * unit, fill: 'none', stroke: ink('text'), 'stroke-width': 1.75 * unit });
    this.note = drawn('g', { class: 'tooltip' });
    this.hit = drawn('rect', {
      x, y, width, height, class: 'hit', tabindex: 0, role: 'application',
      'aria-label': 'Curves: left and right walk along a curve, up and down change it, plus and minus zoom, Escape shows all',
    });
    this.layer.append(clip, this.closeUp, this.selection, this.marker, this.note, this.hit);
  }

  addControls() {
    this.readout = html('output', { class: 'readout' });
    this.showAll = button('Show all', 'Show the whole plot', () => this.show(this.whole));
    this.figure.querySelector('.picture').after(html('div', { class: 'controls' },
      button('+', 'Zoom in', () => this.zoom(0.5)), button('\u2212', 'Zoom out', () => this.zoom(2)), this.showAll, this.readout));
  }

  listen() {
    const keys = {
      ArrowLeft: () => this.walk(-1, 0), ArrowRight: () => this.walk(1, 0),
      ArrowUp: () => this.walk(0, -1), ArrowDown: () => this.walk(0, 1),
      '+': () => this.zoom(0.5), '=': () => this.zoom(0.5), '-': () => this.zoom(2), Escape: () => this.show(this.whole),
    };
    this.hit.addEventListener('keydown', (event) => {
      if (!keys[event.key] || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      keys[event.key]();
    });
    this.hit.addEventListener('dblclick', () => this.show(this.whole));
    this.hit.addEventListener('wheel', (event) => {
      // Without Ctrl the wheel scrolls the page, until the plot was clicked.
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== this.hit) return;
      event.preventDefault();
      this.zoom(Math.exp(clamp(event.deltaY, -200, 200) / 400), this.placeOf(pointIn(this.picture, event)));
    }, { passive: false });
    new Pointers(this);
  }

  xOf(place) {
    const [low, high] = this.view[0];
    return this.box.left + (this.box.width * (place - low)) / (high - low);
  }

  yOf(place) {
    const [low, high] = this.view[1];
    return this.box.top + this.box.height * (1 - (place - low) / (high - low));
  }

  /** The probits of both rates at a point of the picture. */
  placeOf({ x, y }) {
    const shares = [(x - this.box.left) / this.box.width, 1 - (y - this.box.top) / this.box.height];
    return this.view.map(([low, high], side) => low + shares[side] * (high - low));
  }

  /** Shows two ranges of probits, kept within the plot and not too narrow. */
  show(ranges) {
    const span = this.ends[1] - this.ends[0];
    this.view = ranges.map(([low, high]) => {
      const width = clamp(high - low, NARROWEST, span);
      const start = clamp((low + high - width) / 2, this.ends[0], this.ends[1] - width);
      return [start, start + width];
    });
    const all = this.view.every(([low, high]) => high - low >= span - 1e-9);
    this.closeUp.replaceChildren(...(all ? [] : this.drawCloseUp()));
    this.showAll.disabled = all;
    this.hideNote();
  }

  zoom(factor, centre = this.view.map(([low, high]) => (low + high) / 2), from = this.view) {
    this.show(from.map(([low, high], side) => [low, high].map((end) => centre[side] + (end - centre[side]) * factor)));
  }

  drawCloseUp() {
    const { box, unit, ends } = this;
    const cover = drawn('rect', {
      x: 0, y: box.top - 8 * unit, width: box.left + box.width + 18 * unit, height: box.height + 32 * unit, fill: ink('paper'),
    });
    const diagonal = drawn('line', {
      x1: this.xOf(ends[0]), y1: this.yOf(ends[0]), x2: this.xOf(ends[1]), y2: this.yOf(ends[1]),
      stroke: ink('axis'), 'stroke-width': unit, 'stroke-dasharray': `${2 * unit} ${4 * unit}`,
    });
    const lines = this.curves.map((curve) => drawn('polyline', {
      points: curve.points.map(([x, y]) => `${this.xOf(x).toFixed(1)},${this.yOf(y).toFixed(1)}`).join(' '),
      fill: 'none', stroke: curve.ink, 'stroke-width': 2 * unit,
      ...(curve.dashed && { 'stroke-dasharray': (curve.dashes ?? [7, 3.5]).map((length) => length * unit).join(' ') }),
    }));
    // The first curve is drawn last, so that it lies on top.
    const content = [...this.moved(this.bands), diagonal, ...lines.reverse(), ...this.moved(this.discs)];
    return [cover, ...this.drawAxes(), drawn('g', { 'clip-path': `url(#${this.figure.id}-box)` }, ...content)];
  }

  drawAxes() {
    const { box, unit } = this;
    const [right, bottom] = [box.left + box.width, box.top + box.height];
    const line = (x1, y1, x2, y2, name) => drawn('line', { x1, y1, x2, y2, stroke: ink(name), 'stroke-width': unit });
    const label = (x, y, rate, anchor) =>
      drawn('text', { x, y, 'text-anchor': anchor, fill: ink('muted') }, `${+(100 * rate).toPrecision(5)} %`);
    const [grid, axes] = [[], [line(box.left, bottom, right, bottom, 'axis')]];
    let free = -Infinity;
    for (const rate of ticksBetween(this.view[0])) {
      const x = this.xOf(probit(rate));
      grid.push(line(x, box.top, x, bottom, 'grid'));
      axes.push(line(x, bottom, x, bottom + 4 * unit, 'axis'));
      if (x > free) axes.push(label(x, bottom + 18 * unit, rate, 'middle'));
      free = Math.max(free, x > free ? x + 44 * unit : free);
    }
    for (const rate of ticksBetween(this.view[1])) {
      const y = this.yOf(probit(rate));
      grid.push(line(box.left, y, right, y, 'grid'));
      axes.push(label(box.left - 8 * unit, y + 4 * unit, rate, 'end'));
    }
    return [...grid, ...axes];
  }

  /** Copies of shapes of the figure where the view has them: places are linear in probits. */
  moved(shapes) {
    const [across, down] = this.view.map(([low, high]) => (this.ends[1] - this.ends[0]) / (high - low));
    const [left, top] = [this.xOf(this.ends[0]), this.yOf(this.ends[1])];
    return shapes.map((shape) => {
      const copy = shape.cloneNode();
      if (shape.tagName === 'circle') {
        copy.setAttribute('cx', left + (shape.getAttribute('cx') - this.box.left) * across);
        copy.setAttribute('cy', top + (shape.getAttribute('cy') - this.box.top) * down);
      } else {
        const [x, y] = [left - this.box.left * across, top - this.box.top * down];
        copy.setAttribute('transform', `matrix(${across} 0 0 ${down} ${x} ${y})`);
      }
      return copy;
    });
  }

  /** Notes the operating point nearest to a point of the picture. */
  nearest({ x, y }) {
    let best = Infinity;
    this.curves.forEach((curve, number) => curve.points.forEach(([far, frr], index) => {
      const distance = Math.hypot(this.xOf(far) - x, this.yOf(frr) - y);
      if (distance < best) [best, this.curveAt, this.pointAt] = [distance, number, index];
    }));
    if (best < 48 * this.unit) this.showNote(); else this.hideNote();
  }

  /** Steps along a curve or to another one, where its errors are nearest to equal. */
  walk(alongCurve, acrossCurves) {
    if (acrossCurves || this.pointAt < 0) {
      this.curveAt = (this.curveAt + acrossCurves + this.curves.length) % this.curves.length;
      const { far, frr } = this.curves[this.curveAt];
      const gaps = far.map((rate, index) => Math.abs(rate - frr[index]));
      this.pointAt = gaps.indexOf(Math.min(...gaps));
    } else {
      this.pointAt = clamp(this.pointAt + alongCurve, 0, this.curves[this.curveAt].points.length - 1);
    }
    const place = this.curves[this.curveAt].points[this.pointAt];
    const outside = place.some((value, side) => value < this.view[side][0] || value > this.view[side][1]);
    if (outside) this.zoom(1, place, this.view.map(([low, high], side) => [low, high].map((end) => end - (low + high) / 2 + place[side])));
    this.readout.textContent = this.showNote().join(', ');
  }

  hideNote() {
    this.marker.setAttribute('visibility', 'hidden');
    this.note.replaceChildren();
    this.readout.textContent = HINT;
  }

  /** Marks the current point and writes beside it what it is. */
  showNote() {
    const curve = this.curves[this.curveAt];
    const { unit, box, pointAt } = this;
    const [x, y] = [this.xOf(curve.points[pointAt][0]), this.yOf(curve.points[pointAt][1])];
    const threshold = curve.threshold[pointAt];
    const lines = [
      curve.name,
      threshold === null ? 'nothing accepted' : `threshold ${signed(String(+threshold.toPrecision(5)))}`,
      `false alarms ${percent(curve.far[pointAt])}`,
      `misses ${percent(curve.frr[pointAt])}`,
    ];
    build(this.marker, { cx: x, cy: y, visibility: 'visible' }, []);
    const texts = lines.map((text, index) =>
      drawn('text', { x: 10 * unit, y: (19 + 17 * index) * unit, fill: ink('text'), 'font-weight': index ? 400 : 600 }, text));
    const frame = drawn('rect', { height: 80 * unit, rx: 4 * unit, fill: ink('paper'), stroke: ink('axis'), 'stroke-width': unit });
    this.note.replaceChildren(frame, ...texts);
    const width = Math.max(...texts.map((text) => text.getComputedTextLength())) + 20 * unit;
    frame.setAttribute('width', width);
    const left = x + 14 * unit + width > box.left + box.width && x - 14 * unit - width > 0 ? x - 14 * unit - width : x + 14 * unit;
    this.note.setAttribute('transform', `translate(${left} ${clamp(y - 40 * unit, box.top, box.top + box.height - 80 * unit)})`);
    return lines;
  }
}
