// Builds the page's elements from text only, never from markup.

import { shown } from './words.js';

const svg = 'http://www.w3.org/2000/svg';

/**
 * Creates an element with properties and children; strings become text.
 * `on` holds listeners, `data` data attributes; undefined, null and false are skipped.
 */
export function el(name, properties, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false)
      continue;
    if (key === 'on')
      Object.entries(value).forEach(([event, listener]) => made.addEventListener(event, listener));
    else if (key === 'data')
      Object.assign(made.dataset, value);
    else if (key === 'class')
      made.className = value;
    else if (key in made && !key.startsWith('aria'))
      made[key] = value;
    else
      made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.flat(Infinity).filter(c => c !== null && c !== undefined && c !== false));
  return made;
}

export function icon(name, className = 'icon') {
  const made = document.createElementNS(svg, 'svg');
  made.setAttribute('class', className);
  made.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(svg, 'use');
  use.setAttribute('href', `#i-${name}`);
  made.append(use);
  return made;
}

export function setIcon(made, name) {
  const use = made.firstElementChild;
  if (use.getAttribute('href') !== `#i-${name}`)
    use.setAttribute('href', `#i-${name}`);
}

export function shape(name, attributes) {
  const made = document.createElementNS(svg, name);
  for (const [key, value] of Object.entries(attributes))
    made.setAttribute(key, value);
  return made;
}

/** Isolates text from other devices from the direction of the text around it, and escapes invisible characters. */
export function bdi(text, className) {
  return el('bdi', { class: className }, shown(text));
}

export function button(label, { on, icon: symbol, ...properties } = {}) {
  return el('button', { type: 'button', ...properties, on: on ? { click: on } : undefined }, symbol ? icon(symbol) : null, el('span', null, label));
}

/** Sets an element's text unless it is the same already, so that a selection in it stays. */
export function say(element, text) {
  if (element.textContent !== text)
    element.textContent = text;
}

export function show(element, visible) {
  if (element.hidden === visible)
    element.hidden = !visible;
}

/** Replaces the children only when what they show has changed. */
export function fill(parent, key, make) {
  const shows = typeof key === 'string' ? key : JSON.stringify(key);
  if (parent.shows === shows)
    return;
  parent.shows = shows;
  parent.replaceChildren(...[make()].flat(Infinity).filter(c => c !== null && c !== undefined && c !== false));
}

/** A progress bar from 0 to 100, with a text for screen readers. */
export class Bar {
  #fill = el('div', { class: 'fill' });
  root;

  constructor(label) {
    this.root = el('div', { class: 'bar', role: 'progressbar', 'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-label': label }, this.#fill);
  }

  set(part, words) {
    const value = String(Math.floor(part));
    if (this.root.getAttribute('aria-valuenow') !== value)
      this.root.setAttribute('aria-valuenow', value);
    if (this.root.getAttribute('aria-valuetext') !== words)
      this.root.setAttribute('aria-valuetext', words);
    this.#fill.style.inlineSize = `${part}%`;
  }

  label(words) {
    if (this.root.getAttribute('aria-label') !== words)
      this.root.setAttribute('aria-label', words);
  }
}

/** Keeps one child for each key, in order; children that stay keep their state and focus. */
export class KeyedList {
  #parent;
  #make;
  #known = new Map();

  constructor(parent, make) {
    this.#parent = parent;
    this.#make = make;
  }

  update(entries) {
    const wanted = new Set(entries.map(([key]) => key));
    for (const [key, item] of this.#known) {
      if (wanted.has(key))
        continue;
      item.root.remove();
      this.#known.delete(key);
    }
    let after = null;
    for (const [key, value] of entries) {
      let item = this.#known.get(key);
      if (!item) {
        item = this.#make(key, value);
        this.#known.set(key, item);
      }
      const next = after ? after.nextElementSibling : this.#parent.firstElementChild;
      if (item.root !== next)
        this.#parent.insertBefore(item.root, next);
      after = item.root;
      item.update(value);
    }
  }
}

let lastId = 0;

export function newId(prefix) {
  return `${prefix}-${++lastId}`;
}

/** A control with its label, a help line and room for an error message. */
export function field(label, control, help) {
  control.id ||= newId('field');
  const wrong = el('p', { class: 'wrong', id: newId('wrong'), hidden: true });
  const helpLine = help ? el('p', { class: 'help', id: newId('help') }, help) : null;
  const target = control.matches('input, select, textarea') ? control : control.querySelector('input, select, textarea');
  target.id ||= newId('field');
  target.setAttribute('aria-describedby', [wrong.id, helpLine?.id].filter(Boolean).join(' '));
  const root = el('div', { class: 'field' }, el('label', { htmlFor: target.id }, label), control, helpLine, wrong);
  return {
    root,
    control: target,
    wrong(why) {
      show(wrong, Boolean(why));
      say(wrong, shown(why ?? ''));
      if (why)
        target.setAttribute('aria-invalid', 'true');
      else
        target.removeAttribute('aria-invalid');
    },
  };
}

export function empty(symbol, title, text, ...buttons) {
  return el('div', { class: 'empty' }, icon(symbol), el('h2', null, title), el('p', null, text), buttons.length > 0 ? el('p', { class: 'buttons' }, buttons) : null);
}

/** A view's header: its title, a line below it, and its actions. */
export function head(title, { back, line, actions } = {}) {
  return el('header', { class: 'head' },
    el('div', { class: 'head-text' },
      back ? el('a', { class: 'back', href: back.href }, icon('back'), back.label) : null,
      title instanceof Node ? title : el('h1', { tabIndex: -1 }, title),
      line ? (line instanceof Node ? line : el('p', null, line)) : null),
    actions ? el('div', { class: 'buttons' }, actions) : null);
}

export function facts(entries, className = 'facts') {
  return el('dl', { class: className }, entries.filter(Boolean).map(([term, words, note, wide]) => el('div', { class: wide ? 'wide' : '' },
    el('dt', null, term), el('dd', null, words instanceof Node ? words : bdi(words), note ? el('span', { class: 'note' }, note) : null))));
}

export function tabs(label, entries) {
  const nav = el('nav', { class: 'tabs', 'aria-label': label }, entries.map(([href, words, current, count]) =>
    el('a', { href, 'aria-current': current ? 'page' : undefined }, words, count ? el('span', { class: 'count' }, count) : null)));
  // On a phone the tabs are wider than the screen: scroll to the current one.
  requestAnimationFrame(() => {
    const here = nav.querySelector('[aria-current]');
    if (here)
      nav.scrollLeft = here.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
  });
  return nav;
}

/** A button that copies a text and confirms it for a moment. */
export function copyButton(label, text, properties) {
  const made = button(label, { icon: 'copy', ...properties });
  const words = made.querySelector('span');
  made.addEventListener('click', async () => {
    let told = 'Copied';
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      told = 'Could not copy';
    }
    words.textContent = told;
    setTimeout(() => { words.textContent = label; }, 2000);
  });
  return made;
}

/** Asks the user to confirm; returns true if they did. */
export async function confirmed(title, text, yes, { danger = false, body = null } = {}) {
  const confirm = el('button', { value: 'yes', class: danger ? 'danger' : 'primary' }, yes);
  return await answer(body ? 'wide' : '', title,
    el('p', null, text),
    body ? el('div', { class: 'dialog-body', tabIndex: 0, role: 'region', 'aria-label': 'What would happen' }, body) : null,
    el('p', { class: 'buttons' }, el('button', { value: '', autofocus: true }, 'Cancel'), confirm)) === 'yes';
}

/** Asks the user to confirm, perhaps with an answer in a field; returns true if they did. */
export async function answered(title, text, yes, control) {
  // The first button that submits answers to the Enter key in the field.
  return await answer('', title, el('p', null, text), control,
    el('p', { class: 'buttons reversed' }, el('button', { value: 'yes', class: 'primary' }, yes), el('button', { value: '', formNoValidate: true, autofocus: control === null }, 'Cancel'))) === 'yes';
}

/** Asks the user to choose; returns the choice's value, or null. */
export async function chosen(title, text, choices) {
  return await answer('', title,
    el('p', null, text),
    el('p', { class: 'buttons' }, el('button', { value: '' }, 'Cancel'), choices.map(([value, words]) => el('button', { value, class: 'primary' }, words)))) || null;
}

/** Each question has its own dialog, because a closed one reports late, when the next one may already be open. */
function answer(className, title, ...content) {
  const dialog = el('dialog', { class: className, 'aria-labelledby': 'ask-title' }, el('form', { method: 'dialog' }, el('h2', { id: 'ask-title' }, title), content));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener('close', () => {
    dialog.remove();
    resolve(dialog.returnValue);
  }, { once: true }));
}

let toastEnds = 0;

/** A short message that disappears by itself. */
export function toast(text) {
  const place = document.getElementById('toast');
  place.replaceChildren(el('p', null, text));
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => place.replaceChildren(), 4000);
}
