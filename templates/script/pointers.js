// Pointers on a DET plot: a mouse or pen draws a box, two fingers pinch, and whatever hovers or taps asks for the nearest point.

class Pointers {
  constructor(plot) {
    this.plot = plot;
    /** Where each pressed pointer is, in the picture's units. */
    this.pressed = new Map();
    this.start = null;
    this.pinched = null;
    const { hit } = plot;
    hit.addEventListener('pointerdown', (event) => this.down(event));
    hit.addEventListener('pointermove', (event) => this.move(event));
    hit.addEventListener('pointerup', (event) => this.up(event));
    hit.addEventListener('pointercancel', (event) => this.forget(event));
    hit.addEventListener('pointerleave', () => { if (!this.pressed.size) plot.hideNote(); });
  }

  down(event) {
    if (event.button !== 0) return;
    const point = pointIn(this.plot.picture, event);
    this.pressed.set(event.pointerId, point);
    this.plot.hit.setPointerCapture(event.pointerId);
    if (this.pressed.size === 2) this.pinched = { gap: this.gap(), centre: this.plot.placeOf(this.middle()), view: this.plot.view };
    this.start = event.pointerType === 'touch' ? null : point;
    if (event.pointerType === 'touch') this.plot.nearest(point);
  }

  move(event) {
    const point = pointIn(this.plot.picture, event);
    if (this.pressed.has(event.pointerId)) this.pressed.set(event.pointerId, point);
    if (this.pinched && this.pressed.size === 2) {
      this.plot.zoom(this.pinched.gap / this.gap(), this.pinched.centre, this.pinched.view);
    } else if (this.start) {
      this.select(this.start, this.within(point));
    } else {
      this.plot.nearest(point);
    }
  }

  up(event) {
    const [from, to] = [this.start, this.within(pointIn(this.plot.picture, event))];
    this.forget(event);
    const wide = from && Math.min(Math.abs(to.x - from.x), Math.abs(to.y - from.y)) > 8 * this.plot.unit;
    if (!wide) return;
    const [first, second] = [from, to].map((point) => this.plot.placeOf(point));
    this.plot.show([0, 1].map((side) => [first[side], second[side]].sort((a, b) => a - b)));
  }

  forget(event) {
    this.pressed.delete(event.pointerId);
    this.start = null;
    this.pinched = null;
    build(this.plot.selection, { width: 0, height: 0 }, []);
  }

  select(from, to) {
    this.plot.hideNote();
    const [x, y] = [Math.min(from.x, to.x), Math.min(from.y, to.y)];
    build(this.plot.selection, { x, y, width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y) }, []);
  }

  within({ x, y }) {
    const { box } = this.plot;
    return { x: clamp(x, box.left, box.left + box.width), y: clamp(y, box.top, box.top + box.height) };
  }

  gap() {
    const [a, b] = [...this.pressed.values()];
    return Math.max(Math.hypot(a.x - b.x, a.y - b.y), 1);
  }

  middle() {
    const [a, b] = [...this.pressed.values()];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  }
}
