// Tables: a click on a head, or Enter on it, sorts up, then down, then as it was.

const words = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: 'base' });

function cellText(row, index) {
  const cell = row.cells[index].cloneNode(true);
  cell.querySelectorAll('.note').forEach((note) => note.remove());
  return cell.textContent.trim();
}

const cellNumber = (text) => parseFloat(text.replace(/\u2212/g, '-').replace(/,(?=\d{3})/g, ''));

function compare(a, b, numeric) {
  if (!numeric) return words.compare(a, b);
  const [left, right] = [cellNumber(a), cellNumber(b)];
  // What is no number stays last in either direction.
  if (Number.isNaN(left) || Number.isNaN(right)) return Number.isNaN(left) - Number.isNaN(right) || words.compare(a, b);
  return left - right;
}

function sort(table, heads, index, order) {
  heads.forEach((head, other) => head.setAttribute('aria-sort', other === index ? order : 'none'));
  const numeric = heads[index].classList.contains('number');
  const missing = (row) => numeric && Number.isNaN(cellNumber(cellText(row, index)));
  const rows = table.sourceRows.slice();
  if (order !== 'none') {
    const direction = order === 'ascending' ? 1 : -1;
    rows.sort((a, b) => {
      const sign = missing(a) !== missing(b) ? 1 : direction;
      return sign * compare(cellText(a, index), cellText(b, index), numeric);
    });
  }
  table.tBodies[0].append(...rows);
}

function makeSortable(table) {
  const heads = table.tHead ? [...table.tHead.rows[table.tHead.rows.length - 1].cells] : [];
  table.sourceRows = [...table.tBodies[0].rows];
  // A table whose first column has no name lists properties, not cases.
  if (!heads.length || table.sourceRows.length < 2 || !heads[0].textContent.trim()) return;
  heads.forEach((head, index) => {
    head.replaceChildren(html('button', { type: 'button', class: 'sort' }, ...head.childNodes));
    head.setAttribute('aria-sort', 'none');
    head.addEventListener('click', () => {
      const next = { none: 'ascending', ascending: 'descending', descending: 'none' };
      sort(table, heads, index, next[head.getAttribute('aria-sort')]);
    });
  });
}
