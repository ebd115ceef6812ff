// The transfer rates of the last minutes: received as an area, sent as a dashed line, on one scale.

import { el, say, shape } from './dom.js';
import { rate } from './words.js';

const width = 400;
const height = 56;
const floor = 16 * 1024;

export class RateGraph {
  #received = shape('path', { class: 'received' });
  #sent = shape('path', { class: 'sent' });
  #picture = shape('svg', { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img' });
  #in = el('b');
  #out = el('b');
  #top = el('span');
  root;

  constructor() {
    this.#picture.append(shape('path', { class: 'base', d: `M0 ${height}H${width}` }), this.#received, this.#sent);
    this.root = el('figure', { class: 'graph' },
      el('div', { class: 'legend scale' }, el('span', null, 'Last 5 minutes'), this.#top), this.#picture,
      el('figcaption', { class: 'legend' }, el('span', null, el('i'), 'Receiving ', this.#in), el('span', null, el('i', { class: 'sent' }), 'Sending ', this.#out)));
  }

  update({ points }) {
    const last = points.at(-1) ?? { in: 0, out: 0 };
    say(this.#in, rate(last.in));
    say(this.#out, rate(last.out));
    const most = Math.max(floor, ...points.map(p => Math.max(p.in, p.out)));
    const minutes = Math.max(1, Math.round(points.length / 60));
    say(this.#top, most > floor ? `up to ${rate(most)}` : '');
    this.#picture.setAttribute('aria-label', `Receiving ${rate(last.in)}, sending ${rate(last.out)}. The highest in the last ${minutes} min: ${rate(Math.max(0, ...points.map(p => Math.max(p.in, p.out))))}.`);
    const line = key => points.map((p, i) => `${(width * (i + 300 - points.length) / 299).toFixed(1)} ${(height - (height - 3) * p[key] / most).toFixed(1)}`);
    const received = line('in');
    this.#received.setAttribute('d', received.length > 1 ? `M${received[0].split(' ')[0]} ${height}L${received.join('L')}V${height}Z` : '');
    const sent = line('out');
    this.#sent.setAttribute('d', sent.length > 1 ? `M${sent.join('L')}` : '');
  }
}

