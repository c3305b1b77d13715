// Downloads: packed files are saved unpacked, and pictures also as PNG.

function save(name, blob) {
  const link = html('a', { download: name, href: URL.createObjectURL(blob) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function contentOf(link) {
  const body = link.href.slice(link.href.indexOf(',') + 1);
  if (!link.dataset.file) return decodeURIComponent(body);
  const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
}

function fontFaces() {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  return rules.filter((rule) => rule instanceof CSSFontFaceRule).map((rule) => rule.cssText).join('\n');
}

async function png(link) {
  const svg = (await contentOf(link)).replace('>', `><style>${fontFaces()}</style>`);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = html('canvas', { width: 2 * image.width, height: 2 * image.height });
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

function enrichDownloads(links) {
  for (const link of links.querySelectorAll('a[data-file]')) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
      contentOf(link).then((text) => save(link.dataset.file, new Blob([text], { type: link.dataset.type })));
    });
  }
  const vector = [...links.querySelectorAll('a')].find((link) => link.textContent === 'SVG');
  if (!vector) return;
  const button = html('button', { type: 'button', class: 'link' }, 'PNG');
  const name = (vector.dataset.file ?? vector.download).replace(/svg$/, 'png');
  button.addEventListener('click', () => png(vector).then((blob) => save(name, blob)));
  vector.after(' ', button);
}
