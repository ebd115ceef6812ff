// A long list that loads one page of a hundred items at a time.

import { button, el, icon, say, show } from './dom.js';
import { number, shown } from './words.js';

const perPage = 100;

export class Paged {
  #load;
  #row;
  #empty;
  #body = el('tbody');
  #table;
  #pager;
  #place = el('span', { 'aria-live': 'polite' });
  #back;
  #next;
  #page = 1;
  #total = 0;
  #asked = 0;
  #shows = '';
  #wrong = el('p', { class: 'empty', hidden: true });
  root;

  /**
   * @param columns The titles; the first is the name's.
   * @param load (page, perpage) → { total, items }
   * @param row item → its cells, each an element, a string or [content, class]
   * @param nothing The text if there are no items.
   */
  constructor({ caption, columns, load, row, nothing, told = () => {} }) {
    this.#load = load;
    this.#row = row;
    this.told = told;
    this.#empty = nothing;
    show(this.#empty, false);
    this.#table = el('table', { class: 'files', hidden: true },
      el('caption', { class: 'unseen' }, caption),
      el('thead', null, el('tr', null, columns.map(c => el('th', { scope: 'col', class: Array.isArray(c) ? c[1] : '' }, Array.isArray(c) ? c[0] : c)))), this.#body);
    this.#back = el('button', { type: 'button', class: 'quiet square', 'aria-label': 'Page before', on: { click: () => this.#turn(-1) } }, icon('back'));
    this.#next = el('button', { type: 'button', class: 'quiet square', 'aria-label': 'Next page', on: { click: () => this.#turn(1) } }, icon('next'));
    this.#pager = el('div', { class: 'pager', hidden: true }, this.#place, el('span', { class: 'buttons' }, this.#back, this.#next));
    this.root = el('div', { class: 'paged' }, this.#table, this.#pager, this.#empty, this.#wrong);
  }

  /** Starts again from the first page, because the list is a different one. */
  restart() {
    this.#page = 1;
    return this.refresh();
  }

  /** Reloads the current page. */
  async refresh() {
    const asked = ++this.#asked;
    let answer;
    try {
      answer = await this.#load(this.#page, perPage);
    } catch (e) {
      if (asked === this.#asked)
        this.#refused(e.message);
      return;
    }
    if (asked !== this.#asked)
      return;
    const last = Math.max(1, Math.ceil(answer.total / perPage));
    if (this.#page > last) {
      this.#page = last;
      await this.refresh();
      return;
    }
    this.#total = answer.total;
    show(this.#wrong, false);
    show(this.#empty, answer.total === 0);
    show(this.#table, answer.total > 0);
    show(this.#pager, answer.total > perPage);
    const first = (this.#page - 1) * perPage;
    say(this.#place, `${number(first + 1)}–${number(first + answer.items.length)} of ${number(answer.total)}`);
    this.#back.disabled = this.#page === 1;
    this.#next.disabled = this.#page === last;
    this.told(answer);
    const shows = JSON.stringify(answer.items);
    // Rows that show the same stay in place, so that a button in them keeps the focus.
    if (shows === this.#shows)
      return;
    this.#shows = shows;
    this.#body.replaceChildren(...answer.items.map(item => el('tr', null, this.#row(item).map(cell => {
      const [content, className] = Array.isArray(cell) ? cell : [cell, ''];
      return el('td', { class: className }, content);
    }))));
  }

  get total() {
    return this.#total;
  }

  #refused(why) {
    show(this.#table, false);
    show(this.#pager, false);
    show(this.#empty, false);
    show(this.#wrong, true);
    say(this.#wrong, shown(why));
    this.#shows = '';
  }

  async #turn(by) {
    this.#page += by;
    await this.refresh();
    this.#table.scrollIntoView({ block: 'nearest' });
  }
}
