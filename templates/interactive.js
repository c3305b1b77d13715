// What the page offers beyond reading, once all of `templates/script` stands before this. The page is complete without it;
// nothing here loads or sends anything.

document.querySelectorAll('main table').forEach(makeSortable);
document.querySelectorAll('.downloads').forEach(enrichDownloads);
const INTERACTIONS = { det: DetPlot, histogram: Threshold, follow: Follow };
for (const script of document.querySelectorAll('script.figure-data')) {
  const data = JSON.parse(script.textContent);
  const Interaction = INTERACTIONS[data.kind];
  if (Interaction) new Interaction(script.closest('figure'), data);
}
