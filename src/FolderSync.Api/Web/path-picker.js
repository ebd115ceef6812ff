// Picks a directory on the service's computer, with completion.

import { get } from './api.js';
import { bdi, el, field, newId, say, show } from './dom.js';
import { bytes } from './words.js';

const settle = 150;

export class PathPicker {
  #input;
  #list;
  #field;
  #state = el('p', { class: 'help', 'aria-live': 'polite' });
  #items = [];
  #at = -1;
  #timer = 0;
  #asked = 0;
  #touched = false;
  root;

  /** @param onChange Called with the path whenever it changes. */
  constructor(label, help, onChange = () => {}) {
    this.#list = el('ul', { class: 'options', role: 'listbox', id: newId('paths'), 'aria-label': 'Directories', hidden: true });
    this.#input = el('input', {
      type: 'text', role: 'combobox', dir: 'ltr', spellcheck: false, autocomplete: 'off', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': this.#list.id,
      data: { part: 'path' },
      on: {
        input: () => { this.#touched = true; onChange(this.value); this.#soon(true); },
        focus: () => this.#soon(this.#touched),
        blur: () => this.#close(),
        keydown: e => this.#key(e),
      },
    });
    this.#field = field(label, el('div', { class: 'picker' }, this.#input, this.#list), help);
    this.root = this.#field.root;
    this.root.append(this.#state);
    this.#list.addEventListener('pointerdown', e => {
      e.preventDefault();
      const option = e.target.closest('li');
      if (option)
        this.#take(this.#items[[...this.#list.children].indexOf(option)]);
    });
    this.onChange = onChange;
  }

  get value() {
    return this.#input.value.trim();
  }

  /** Suggests a path until the user has typed one. */
  suggest(path) {
    if (this.#touched || this.#input.value === path)
      return;
    this.#input.value = path;
    this.onChange(path);
    this.#soon(false);
  }

  wrong(why) {
    this.#field.wrong(why);
  }

  #soon(open) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(open), settle);
  }

  async #ask(open) {
    const asked = ++this.#asked;
    const path = this.value;
    let answer;
    try {
      answer = await get('foldersync/paths', { path });
    } catch {
      return;
    }
    if (asked !== this.#asked)
      return;
    this.#items = answer.items ?? [];
    this.#tell(path, answer);
    if (!open || document.activeElement !== this.#input || this.#items.length === 0) {
      this.#close();
      return;
    }
    this.#at = -1;
    this.#list.replaceChildren(...this.#items.map((item, i) => el('li', { role: 'option', id: `${this.#list.id}-${i}`, 'aria-selected': 'false' }, bdi(item))));
    show(this.#list, true);
    this.#input.setAttribute('aria-expanded', 'true');
    this.#input.removeAttribute('aria-activedescendant');
  }

  #tell(path, { exists, writable, free, error }) {
    const room = free > 0 ? `, ${bytes(free)} free` : '';
    this.#field.wrong(error || (exists && writable === false ? 'This directory can’t be written to.' : ''));
    say(this.#state, error || path.length === 0 ? '' : exists ? `The directory exists${room}.` : `The directory will be created${room}.`);
  }

  #key(e) {
    const open = !this.#list.hidden;
    if (e.key === 'Escape' && open) {
      e.preventDefault();
      this.#close();
    } else if ((e.key === 'ArrowDown' || e.key === 'ArrowUp') && this.#items.length > 0) {
      e.preventDefault();
      if (!open) {
        this.#soon(true);
        return;
      }
      const step = e.key === 'ArrowDown' ? 1 : -1;
      this.#mark((this.#at + step + this.#items.length) % this.#items.length);
    } else if (e.key === 'Enter' && open && this.#at >= 0) {
      e.preventDefault();
      this.#take(this.#items[this.#at]);
    }
  }

  #mark(at) {
    this.#list.children[this.#at]?.setAttribute('aria-selected', 'false');
    this.#at = at;
    const option = this.#list.children[at];
    option.setAttribute('aria-selected', 'true');
    option.scrollIntoView({ block: 'nearest' });
    this.#input.setAttribute('aria-activedescendant', option.id);
  }

  #take(path) {
    this.#touched = true;
    this.#input.value = path;
    this.onChange(this.value);
    this.#soon(true);
  }

  #close() {
    show(this.#list, false);
    this.#input.setAttribute('aria-expanded', 'false');
    this.#input.removeAttribute('aria-activedescendant');
  }
}
