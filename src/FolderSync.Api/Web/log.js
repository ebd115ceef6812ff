// Shows the service's log as it is written, with a level for each area.

import { get, getOr, send } from './api.js';
import { bdi, button, el, empty, fill, head, newId, show } from './dom.js';
import { clockTime, shown, time } from './words.js';

const every = 2000;
const kept = 2000;
const levels = ['trace', 'debug', 'info', 'warning', 'error', 'none'];
const words = { trace: 'Everything', debug: 'Details', info: 'Normal', warning: 'Warnings and errors', error: 'Errors only', none: 'Nothing' };
const short = { trace: 'Trace', debug: 'Debug', info: 'Info', information: 'Info', warning: 'Warning', error: 'Error', critical: 'Error' };
const tones = { warning: 'warn', error: 'bad', critical: 'bad' };

export class LogView {
  #context;
  #list = el('ol', { class: 'log', tabIndex: 0, 'aria-label': 'Log' });
  #none;
  #find;
  #least;
  #levels = el('div', { class: 'rows' });
  #levelDetails;
  #since = 0;
  #lines = [];
  #timer = 0;
  #wrong = el('p', { class: 'empty', hidden: true });

  constructor(context) {
    this.#context = context;
    this.#find = el('input', { type: 'search', placeholder: 'Find in the log', 'aria-label': 'Find in the log', on: { input: () => this.#showAll() } });
    this.#least = el('select', { 'aria-label': 'Least level', on: { change: () => this.#showAll() } },
      el('option', { value: '' }, 'All lines'), el('option', { value: 'warn' }, 'Warnings and errors'), el('option', { value: 'bad' }, 'Errors'));
    const copy = button('Copy', { icon: 'copy', on: async () => {
      await navigator.clipboard.writeText(this.#lines.filter(l => this.#fits(l)).map(l => `${l.time} ${l.level} ${l.area}: ${l.text}`).join('\n'));
    } });
    this.#none = empty('log', 'The log is empty', 'The service writes its activity here.');
    this.#levelDetails = el('details', { class: 'card levels' }, el('summary', { class: 'pad' }, 'Level of each area'), this.#levels);
    this.#levelDetails.addEventListener('toggle', () => this.#levelDetails.open && this.#loadLevels());
    this.root = el('div', { class: 'log-view' }, head('Log'),
      el('div', { class: 'stack' },
        el('section', { 'aria-label': 'Lines' }, el('div', { class: 'tools' }, this.#find, this.#least, el('span', { class: 'grow' }), copy),
          el('div', { class: 'card' }, this.#list, this.#none, this.#wrong)),
        this.#levelDetails));
    show(this.#none, false);
    this.#follow();
  }

  title() {
    return 'Log';
  }

  update() {}

  close() {
    clearTimeout(this.#timer);
    this.#timer = -1;
  }

  async #follow() {
    try {
      const fresh = await get('foldersync/log', { since: this.#since, limit: kept });
      this.#since = fresh.at(-1)?.seq ?? this.#since;
      show(this.#wrong, false);
      this.#append(fresh);
    } catch (e) {
      // A restarted service numbers its entries from the beginning.
      this.#since = 0;
      show(this.#wrong, this.#lines.length === 0);
      this.#wrong.textContent = shown(e.message);
    }
    if (this.#timer >= 0)
      this.#timer = setTimeout(() => this.#follow(), every);
  }

  #append(fresh) {
    this.#lines = [...this.#lines, ...fresh].slice(-kept);
    show(this.#none, this.#lines.length === 0);
    show(this.#list, this.#lines.length > 0);
    const atEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 40;
    this.#list.append(...fresh.filter(l => this.#fits(l)).map(line));
    while (this.#list.childElementCount > kept)
      this.#list.firstElementChild.remove();
    // Don't scroll if the user has scrolled up.
    if (atEnd)
      this.#list.scrollTop = this.#list.scrollHeight;
  }

  #showAll() {
    this.#list.replaceChildren(...this.#lines.filter(l => this.#fits(l)).map(line));
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  #fits(l) {
    const tone = toneOf(l);
    const least = this.#least.value;
    const wanted = this.#find.value.trim().toLowerCase();
    return (least === '' || tone === 'bad' || (least === 'warn' && tone === 'warn')) && (wanted === '' || `${l.area} ${l.text}`.toLowerCase().includes(wanted));
  }

  async #loadLevels() {
    const all = await getOr({}, 'foldersync/log/levels');
    fill(this.#levels, all, () => Object.entries(all).map(([area, level]) => {
      const id = newId('level');
      const chosen = levels.find(l => l.startsWith(String(level).toLowerCase())) ?? 'info';
      const select = el('select', { id, on: { change: () => this.#context.act(select, () => send('PUT', 'foldersync/log/levels', null, { [area]: select.value }), { done: 'Level set' }) } },
        levels.map(l => el('option', { value: l, selected: l === chosen }, words[l])));
      return el('div', { class: 'setting' }, el('label', { htmlFor: id }, bdi(area)), el('div', { class: 'control' }, select));
    }));
  }
}

function toneOf({ level }) {
  return tones[String(level).toLowerCase()] ?? (/^warn/i.test(level) ? 'warn' : /^(err|fail|crit)/i.test(level) ? 'bad' : 'wait');
}

function line(l) {
  const at = time(l.time);
  const tone = toneOf(l);
  return el('li', { data: { tone } }, el('time', { dateTime: l.time }, at ? clockTime(at) : ''), el('span', { class: tone === 'wait' ? 'area' : 'tone' }, shown(short[String(l.level).toLowerCase()] ?? l.level)),
    bdi(l.area, 'area'), bdi(l.text, 'text'));
}
