// The page's elements: text only, never markup.

/** A copy of a template's only element, with what is marked data-part in it by name. */
export function fromTemplate(id) {
  const root = document.getElementById(id).content.cloneNode(true);
  const parts = {};
  for (const element of root.querySelectorAll('[data-part]'))
    parts[element.dataset.part] = element;
  return { root: root.firstElementChild, fragment: root, parts };
}

/** Leaves an element alone that has the text already, so that a selection in it lasts. */
export function say(element, text) {
  if (element.textContent !== text)
    element.textContent = text;
}

export function show(element, visible) {
  if (element.hidden === visible)
    element.hidden = !visible;
}

export function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className)
    made.className = className;
  made.append(...children);
  return made;
}

/** Others' words, whatever their direction, apart from the text round them. */
export function bdi(text) {
  return element('bdi', '', text);
}

/** Replaces the children only when what they show changed. */
export function fill(parent, key, make) {
  if (parent.dataset.shows === key)
    return;
  parent.dataset.shows = key;
  parent.replaceChildren(...make());
}

/** Progress from 0 to 100, with words for who doesn't see the bar. */
export function progress(parts, part, words) {
  const value = String(Math.floor(part));
  if (parts.bar.getAttribute('aria-valuenow') !== value)
    parts.bar.setAttribute('aria-valuenow', value);
  if (parts.bar.getAttribute('aria-valuetext') !== words)
    parts.bar.setAttribute('aria-valuetext', words);
  parts.fill.style.inlineSize = `${part}%`;
}

/** One child for each key, in order; those that stay keep their state and focus. */
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
        item = this.#make(key);
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

/** Names a progress bar by the title beside it. */
export function labelBy(labelled, title) {
  title.id ||= `title-${++lastId}`;
  labelled.setAttribute('aria-labelledby', title.id);
}

/** Copies, and says so on the button for a moment. */
export function copies(button, text) {
  const label = button.querySelector('span') ?? button;
  const words = label.textContent;
  button.addEventListener('click', async () => {
    let told = 'Copied';
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      told = 'Could not copy';
    }
    label.textContent = told;
    setTimeout(() => { label.textContent = words; }, 2000);
  });
}

/** Asks before what can't be undone. */
export function confirmed(title, text, yes) {
  const dialog = document.getElementById('ask');
  document.getElementById('ask-title').textContent = title;
  document.getElementById('ask-text').textContent = text;
  document.getElementById('ask-yes').textContent = yes;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}
