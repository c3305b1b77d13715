// Scales of axes, and places in a picture.

/** The probit (normal quantile) by Acklam's approximation, to 1e-9: enough for places on a screen. */
function probit(p) {
  const poly = (coefficients, x) => coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
  const tail = (q) =>
    poly([-7.784894002430293e-3, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783], q)
    / poly([7.784695709041462e-3, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1], q);
  if (p <= 0) return -Infinity;
  if (p >= 1) return Infinity;
  if (p < 0.02425) return tail(Math.sqrt(-2 * Math.log(p)));
  if (p > 1 - 0.02425) return -tail(Math.sqrt(-2 * Math.log(1 - p)));
  const r = (p - 0.5) ** 2;
  return (p - 0.5)
    * poly([-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239], r)
    / poly([-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1], r);
}

/** The rate of a probit, by bisection. */
function rateOf(place) {
  let [low, high] = [0, 1];
  for (let step = 0; step < 50; step += 1) {
    const middle = (low + high) / 2;
    if (probit(middle) < place) low = middle; else high = middle;
  }
  return (low + high) / 2;
}

const SCALES = { linear: (value) => value, logit: (value) => Math.log(value / (1 - value)), probit };

/** A point of the page in the units of a picture. */
const pointIn = (picture, event) =>
  new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());

/** Pixels of a picture's units, and a layer over it that print leaves out. */
function layerOver(picture) {
  picture.setAttribute('role', 'group');
  const unit = picture.viewBox.baseVal.width / picture.width.baseVal.value;
  const layer = drawn('g', { class: 'overlay', 'font-family': 'Inter,system-ui,sans-serif', 'font-size': 12 * unit });
  picture.append(layer);
  return [layer, unit];
}
